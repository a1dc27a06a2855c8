package io.panext.kernels;

import java.lang.foreign.MemorySegment;

/**
 * The matrix product behind every linear and every convolution without overlap: {@code dst = src · weightsᵀ + bias}.
 *
 * <p>A panel of four vectors meets five rows at a time. Their 20 sums hide the latency of two FMA units, and the loop needs
 * the addresses of five rows: with seven, x86 has too few general registers, and the loop takes up to a third longer
 * wherever C2 keeps the wrong ones in memory. A panel of one vector, where vector registers are few, meets seven rows.
 */
final class Gemm {

    private static final int ROWS = 5;
    private static final int NARROW_ROWS = 7;

    private Gemm() {}

    /**
     * Multiplies rows of {@code src} with one panel of the weights.
     *
     * @param src     {@code [rows, depth]}
     * @param weights packed {@code [columns, depth]} and bias
     * @param panel   which panel
     * @param dst     {@code [rows, columns]} of the whole product; only the panel's columns are written, in whole vectors
     */
    static void panel(Matrix src, PackedWeights weights, int panel, Matrix dst) {
        MemorySegment a = src.memory();
        MemorySegment b = weights.memory();
        MemorySegment c = dst.memory();
        int depth = weights.depth();
        long from = weights.panelOffset(panel);
        long bias = weights.biasOffset(panel);
        long column = 4L * weights.firstColumn(panel);
        int vectors = weights.panelVectors(panel);
        int inFives = rowsInFives(src.rows());
        int height;
        for (int row = 0; row < src.rows(); row += height) {
            int rows = src.rows() - row;
            long a0 = src.rowOffset(row);
            long c0 = dst.rowOffset(row) + column;
            if (vectors == 1) {
                height = NARROW_ROWS;
                GemmTile.tile7x1(a, a0, src.stride(), rows, b, from, depth, bias, c, c0, dst.stride());
            } else if (vectors == 3) {
                height = ROWS;
                GemmTile.tile5x3(a, a0, src.stride(), rows, b, from, depth, bias, c, c0, dst.stride());
            } else if (row < inFives) {
                height = ROWS;
                GemmTile.tile5x4(a, a0, src.stride(), b, from, depth, bias, c, c0, dst.stride());
            } else {
                height = ROWS - 1;
                GemmTile.tile4x4(a, a0, src.stride(), rows, b, from, depth, bias, c, c0, dst.stride());
            }
        }
    }

    /** Returns how many rows, the first ones, tiles of five take if tiles of four take the rest and there are as few as can be. */
    private static int rowsInFives(int rows) {
        int tiles = Math.ceilDiv(rows, ROWS);
        int missing = tiles * ROWS - rows;
        return ROWS * Math.max(0, tiles - missing);
    }
}
