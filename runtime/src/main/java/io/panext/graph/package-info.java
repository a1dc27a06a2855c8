/**
 * What is computed, op by op: a typed graph built from an architecture and its weights, and the rewrites that keep its
 * meaning.
 *
 * <p>{@link io.panext.graph.GraphBuilder} writes the network as the papers do. {@link io.panext.graph.Folding} moves
 * constants into the weights that follow or precede them, {@link io.panext.graph.Fusion} lets an op absorb its
 * neighbours. Both are optional: the plain graph runs as well, and is what the others are compared with.
 */
package io.panext.graph;
