package io.panext.kernels;

import java.lang.foreign.MemorySegment;

/** The residual connection: {@code dst += src}. */
public final class Add {

    private Add() {}

    /** Adds {@code src} to {@code dst}, both of one shape. */
    static void apply(Matrix dst, Matrix src) {
        sum(dst, src, dst, 0, dst.rows());
    }

    /**
     * Writes {@code a + b} in one worker's rows.
     *
     * @param a   {@code [rows, channels]}, aligned
     * @param b   likewise
     * @param dst likewise; may be {@code a} or {@code b}
     */
    public static void run(Matrix a, Matrix b, Matrix dst, Share share) {
        a.requireShape(dst.rows(), dst.columns());
        b.requireShape(dst.rows(), dst.columns());
        sum(a, b, dst, share.from(dst.rows()), share.to(dst.rows()));
    }

    private static void sum(Matrix a, Matrix b, Matrix dst, int fromRow, int toRow) {
        MemorySegment left = a.memory();
        MemorySegment right = b.memory();
        MemorySegment to = dst.memory();
        int vectors = Lanes.vectors(dst.columns());
        for (int row = fromRow; row < toRow; row++) {
            long leftRow = a.rowOffset(row);
            long rightRow = b.rowOffset(row);
            long dstRow = dst.rowOffset(row);
            for (int v = 0; v < vectors; v++) {
                long at = (long) v * Lanes.BYTES;
                Lanes.store(Lanes.load(left, leftRow + at).add(Lanes.load(right, rightRow + at)), to, dstRow + at);
            }
        }
    }
}
