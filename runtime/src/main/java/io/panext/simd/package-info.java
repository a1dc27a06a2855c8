/** The Vector API as a backend: for each op of a graph, the kernel of {@code io.panext.kernels} that runs it. */
package io.panext.simd;
