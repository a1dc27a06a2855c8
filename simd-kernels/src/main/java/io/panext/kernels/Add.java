package io.panext.kernels;

import java.lang.foreign.MemorySegment;

/** The residual connection: {@code dst += src}. */
public final class Add {

    private Add() {}

    /** Adds {@code src} to {@code dst}, both of one shape. */
    static void apply(Matrix dst, Matrix src) {
        MemorySegment d = dst.memory();
        MemorySegment s = src.memory();
        int vectors = Lanes.vectors(dst.columns());
        for (int row = 0; row < dst.rows(); row++) {
            long to = dst.rowOffset(row);
            long from = src.rowOffset(row);
            for (int v = 0; v < vectors; v++) {
                long at = (long) v * Lanes.BYTES;
                Lanes.store(Lanes.load(d, to + at).add(Lanes.load(s, from + at)), d, to + at);
            }
        }
    }

    /**
     * Writes {@code a + b} in one worker's rows.
     *
     * @param a   {@code [rows, channels]}, aligned
     * @param b   likewise
     * @param dst likewise
     */
    public static void run(Matrix a, Matrix b, Matrix dst, Share share) {
        a.requireShape(dst.rows(), dst.columns());
        b.requireShape(dst.rows(), dst.columns());
        int from = share.from(dst.rows());
        int to = share.to(dst.rows());
        Copy.rows(a.slice(from, to), dst.slice(from, to));
        apply(dst.slice(from, to), b.slice(from, to));
    }
}
