package io.panext.compile;

import io.panext.graph.Shape;
import java.lang.foreign.SegmentAllocator;

/** A way to run one op: chosen when a program is compiled, before any weight is read. */
public interface Kernel {

    /** Name of backend and routine, for people who read plans: {@code simd gemm + gelu}. */
    String name();

    /** Bytes that the packed weights take. */
    long weightBytes();

    /**
     * Returns the scratch bytes that each worker needs while the op runs.
     *
     * @param input   shape of the op's first input
     * @param workers how many share the op
     */
    default long scratchBytes(Shape input, int workers) {
        return 0;
    }

    /** Returns whether it is slow in its first runs, until it is compiled. */
    default boolean needsWarmUp() {
        return true;
    }

    /** Returns whether memory that is freed while it works there is an error, and not the end of the process. */
    default boolean noticesFreedMemory() {
        return true;
    }

    /**
     * Reads and packs the weights.
     *
     * @param allocator where they go; its owner frees them
     */
    PackedKernel pack(SegmentAllocator allocator);
}
