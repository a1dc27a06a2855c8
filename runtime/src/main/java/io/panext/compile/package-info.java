/**
 * From a graph to something that can be run: a kernel for each op, then, for a batch and an image size, a place in memory
 * for each value.
 *
 * <p>{@link io.panext.compile.Program} is what does not depend on shapes: ops and their kernels.
 * {@link io.panext.compile.Plan} adds shapes, the {@link io.panext.compile.Schedule} of what runs on them, and the
 * {@link io.panext.compile.MemoryPlan}; it is immutable, needs no weights and can be printed.
 * {@link io.panext.compile.PackedProgram} holds the weights, packed once.
 */
package io.panext.compile;
