/**
 * oneDNN, Intel's library of kernels for neural networks, without a line of C.
 *
 * <p>{@link io.panext.onednn.Onednn#find()} finds the library and loads it. A primitive is made in oneDNN's own steps: a
 * {@link io.panext.onednn.MemoryDescriptor} for each tensor, a {@link io.panext.onednn.PrimitiveDescriptor} that chooses
 * an implementation, a {@link io.panext.onednn.Primitive} that is compiled, and an {@link io.panext.onednn.Execution} that
 * runs it on given memory. Everything native is closed by whoever made it. The package below this one is generated.
 *
 * @see <a href="https://uxlfoundation.github.io/oneDNN/">oneDNN's documentation</a>
 */
package io.panext.onednn;
