package io.panext.compile;

import io.panext.kernels.Share;
import java.lang.foreign.MemorySegment;

/** The work of one step on fixed memory. Workers run their shares at the same time. */
@FunctionalInterface
public interface Task extends AutoCloseable {

    /**
     * Does one worker's share.
     *
     * @param images the input of this run, planar fp32 {@code [N, 3, H, W]}; only the first step reads it
     * @param share  which part
     */
    void run(MemorySegment images, Share share);

    /** Frees what was bound, not the memory that it was bound to. */
    @Override
    default void close() {}
}
