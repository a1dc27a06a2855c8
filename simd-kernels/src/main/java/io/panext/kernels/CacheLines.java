package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Reads ahead of a kernel that would wait for its memory line by line: nothing depends on these reads, so that many lines
 * are on their way at the same time. For what is small, read once, and not in the order that processors guess.
 */
final class CacheLines {

    private static final int BYTES = 64;

    private CacheLines() {}

    /**
     * Reads a value of each line.
     *
     * @return what has no meaning, but has to be stored somewhere: compilers leave out reads that nobody uses
     */
    static int touch(MemorySegment memory, long from, int bytes) {
        int read = 0;
        for (int at = 0; at < bytes; at += BYTES) {
            read |= memory.get(ValueLayout.JAVA_INT_UNALIGNED, from + at);
        }
        return read;
    }
}
