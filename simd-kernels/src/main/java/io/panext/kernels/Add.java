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

    /** Rows without gaps are one: a short one is over before the loop pays. */
    private static void sum(Matrix a, Matrix b, Matrix dst, int fromRow, int toRow) {
        int vectors = Lanes.vectors(dst.columns());
        if (a.isGapless() && b.isGapless() && dst.isGapless()) {
            sumVectors(a, b, dst, fromRow, (toRow - fromRow) * vectors);
        } else {
            for (int row = fromRow; row < toRow; row++) {
                sumVectors(a, b, dst, row, vectors);
            }
        }
    }

    private static void sumVectors(Matrix a, Matrix b, Matrix dst, int row, int vectors) {
        MemorySegment left = a.memory();
        MemorySegment right = b.memory();
        MemorySegment to = dst.memory();
        long leftRow = a.rowOffset(row);
        long rightRow = b.rowOffset(row);
        long dstRow = dst.rowOffset(row);
        for (int v = 0; v < vectors; v++) {
            long at = (long) v * Lanes.BYTES;
            Lanes.store(Lanes.load(left, leftRow + at).add(Lanes.load(right, rightRow + at)), to, dstRow + at);
        }
    }
}
