/**
 * oneDNN's kernels for the ops of a graph.
 *
 * <p>A kernel is a {@link io.panext.dnnl.Recipe}: it writes a {@link io.panext.dnnl.Script} for each worker, the primitives
 * that do its share of an op on maps of given shape. Scripts are written once for a plan; a session binds them to its
 * memory. All maps keep the layout of {@link io.panext.kernels.Matrix}, so that steps of oneDNN and of the Vector API
 * follow each other without copies.
 */
package io.panext.dnnl;
