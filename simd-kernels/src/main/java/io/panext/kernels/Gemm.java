package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * The matrix product behind every linear and every convolution without overlap: {@code dst = src · weightsᵀ + bias}.
 *
 * <p>A tile of {@value #TILE_ROWS} rows by one to three vectors stays in registers over the whole depth. Seven rows
 * divide every map of a 224-pixel image (3136, 784, 196 and 49 pixels), and 21 accumulators hide the latency of two FMA
 * units.
 */
final class Gemm {

    /** Rows of the register tile. */
    static final int TILE_ROWS = 7;

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
        long panelOffset = weights.panelOffset(panel);
        long bias = weights.biasOffset(panel);
        long column = 4L * weights.firstColumn(panel);
        for (int row = 0; row < src.rows(); row += TILE_ROWS) {
            int rows = Math.min(TILE_ROWS, src.rows() - row);
            long a0 = src.rowOffset(row);
            long c0 = dst.rowOffset(row) + column;
            switch (weights.panelVectors(panel)) {
                case 3 -> tile3(a, a0, src.stride(), rows, b, panelOffset, depth, bias, c, c0, dst.stride());
                case 2 -> tile2(a, a0, src.stride(), rows, b, panelOffset, depth, bias, c, c0, dst.stride());
                default -> tile1(a, a0, src.stride(), rows, b, panelOffset, depth, bias, c, c0, dst.stride());
            }
        }
    }

    // Rows beyond the last repeat it, so that a short tile needs no code of its own: they load and store the same values.

    private static void tile3(MemorySegment a, long a0, long stride, int rows, MemorySegment b, long panel, int depth,
            long bias, MemorySegment c, long c0, long cStride) {
        FloatVector bias0 = Lanes.load(b, bias);
        FloatVector bias1 = Lanes.load(b, bias + Lanes.BYTES);
        FloatVector bias2 = Lanes.load(b, bias + 2L * Lanes.BYTES);
        FloatVector c00 = bias0, c01 = bias1, c02 = bias2;
        FloatVector c10 = bias0, c11 = bias1, c12 = bias2;
        FloatVector c20 = bias0, c21 = bias1, c22 = bias2;
        FloatVector c30 = bias0, c31 = bias1, c32 = bias2;
        FloatVector c40 = bias0, c41 = bias1, c42 = bias2;
        FloatVector c50 = bias0, c51 = bias1, c52 = bias2;
        FloatVector c60 = bias0, c61 = bias1, c62 = bias2;
        long a1 = a0 + Math.min(1, rows - 1) * stride;
        long a2 = a0 + Math.min(2, rows - 1) * stride;
        long a3 = a0 + Math.min(3, rows - 1) * stride;
        long a4 = a0 + Math.min(4, rows - 1) * stride;
        long a5 = a0 + Math.min(5, rows - 1) * stride;
        long a6 = a0 + Math.min(6, rows - 1) * stride;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = Lanes.load(b, panel + (long) k * (3L * Lanes.BYTES));
            FloatVector b1 = Lanes.load(b, panel + (long) k * (3L * Lanes.BYTES) + Lanes.BYTES);
            FloatVector b2 = Lanes.load(b, panel + (long) k * (3L * Lanes.BYTES) + 2L * Lanes.BYTES);
            FloatVector x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a0 + (long) k * 4));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a1 + (long) k * 4));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a2 + (long) k * 4));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a3 + (long) k * 4));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a4 + (long) k * 4));
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            c42 = x.fma(b2, c42);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a5 + (long) k * 4));
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            c52 = x.fma(b2, c52);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a6 + (long) k * 4));
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            c62 = x.fma(b2, c62);
        }
        long d6 = c0 + Math.min(6, rows - 1) * cStride;
        Lanes.store(c60, c, d6);
        Lanes.store(c61, c, d6 + Lanes.BYTES);
        Lanes.store(c62, c, d6 + 2L * Lanes.BYTES);
        long d5 = c0 + Math.min(5, rows - 1) * cStride;
        Lanes.store(c50, c, d5);
        Lanes.store(c51, c, d5 + Lanes.BYTES);
        Lanes.store(c52, c, d5 + 2L * Lanes.BYTES);
        long d4 = c0 + Math.min(4, rows - 1) * cStride;
        Lanes.store(c40, c, d4);
        Lanes.store(c41, c, d4 + Lanes.BYTES);
        Lanes.store(c42, c, d4 + 2L * Lanes.BYTES);
        long d3 = c0 + Math.min(3, rows - 1) * cStride;
        Lanes.store(c30, c, d3);
        Lanes.store(c31, c, d3 + Lanes.BYTES);
        Lanes.store(c32, c, d3 + 2L * Lanes.BYTES);
        long d2 = c0 + Math.min(2, rows - 1) * cStride;
        Lanes.store(c20, c, d2);
        Lanes.store(c21, c, d2 + Lanes.BYTES);
        Lanes.store(c22, c, d2 + 2L * Lanes.BYTES);
        long d1 = c0 + Math.min(1, rows - 1) * cStride;
        Lanes.store(c10, c, d1);
        Lanes.store(c11, c, d1 + Lanes.BYTES);
        Lanes.store(c12, c, d1 + 2L * Lanes.BYTES);
        Lanes.store(c00, c, c0);
        Lanes.store(c01, c, c0 + Lanes.BYTES);
        Lanes.store(c02, c, c0 + 2L * Lanes.BYTES);
    }

    private static void tile2(MemorySegment a, long a0, long stride, int rows, MemorySegment b, long panel, int depth,
            long bias, MemorySegment c, long c0, long cStride) {
        FloatVector bias0 = Lanes.load(b, bias);
        FloatVector bias1 = Lanes.load(b, bias + Lanes.BYTES);
        FloatVector c00 = bias0, c01 = bias1;
        FloatVector c10 = bias0, c11 = bias1;
        FloatVector c20 = bias0, c21 = bias1;
        FloatVector c30 = bias0, c31 = bias1;
        FloatVector c40 = bias0, c41 = bias1;
        FloatVector c50 = bias0, c51 = bias1;
        FloatVector c60 = bias0, c61 = bias1;
        long a1 = a0 + Math.min(1, rows - 1) * stride;
        long a2 = a0 + Math.min(2, rows - 1) * stride;
        long a3 = a0 + Math.min(3, rows - 1) * stride;
        long a4 = a0 + Math.min(4, rows - 1) * stride;
        long a5 = a0 + Math.min(5, rows - 1) * stride;
        long a6 = a0 + Math.min(6, rows - 1) * stride;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = Lanes.load(b, panel + (long) k * (2L * Lanes.BYTES));
            FloatVector b1 = Lanes.load(b, panel + (long) k * (2L * Lanes.BYTES) + Lanes.BYTES);
            FloatVector x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a0 + (long) k * 4));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a1 + (long) k * 4));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a2 + (long) k * 4));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a3 + (long) k * 4));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a4 + (long) k * 4));
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a5 + (long) k * 4));
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a6 + (long) k * 4));
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
        }
        long d6 = c0 + Math.min(6, rows - 1) * cStride;
        Lanes.store(c60, c, d6);
        Lanes.store(c61, c, d6 + Lanes.BYTES);
        long d5 = c0 + Math.min(5, rows - 1) * cStride;
        Lanes.store(c50, c, d5);
        Lanes.store(c51, c, d5 + Lanes.BYTES);
        long d4 = c0 + Math.min(4, rows - 1) * cStride;
        Lanes.store(c40, c, d4);
        Lanes.store(c41, c, d4 + Lanes.BYTES);
        long d3 = c0 + Math.min(3, rows - 1) * cStride;
        Lanes.store(c30, c, d3);
        Lanes.store(c31, c, d3 + Lanes.BYTES);
        long d2 = c0 + Math.min(2, rows - 1) * cStride;
        Lanes.store(c20, c, d2);
        Lanes.store(c21, c, d2 + Lanes.BYTES);
        long d1 = c0 + Math.min(1, rows - 1) * cStride;
        Lanes.store(c10, c, d1);
        Lanes.store(c11, c, d1 + Lanes.BYTES);
        Lanes.store(c00, c, c0);
        Lanes.store(c01, c, c0 + Lanes.BYTES);
    }

    private static void tile1(MemorySegment a, long a0, long stride, int rows, MemorySegment b, long panel, int depth,
            long bias, MemorySegment c, long c0, long cStride) {
        FloatVector bias0 = Lanes.load(b, bias);
        FloatVector c00 = bias0;
        FloatVector c10 = bias0;
        FloatVector c20 = bias0;
        FloatVector c30 = bias0;
        FloatVector c40 = bias0;
        FloatVector c50 = bias0;
        FloatVector c60 = bias0;
        long a1 = a0 + Math.min(1, rows - 1) * stride;
        long a2 = a0 + Math.min(2, rows - 1) * stride;
        long a3 = a0 + Math.min(3, rows - 1) * stride;
        long a4 = a0 + Math.min(4, rows - 1) * stride;
        long a5 = a0 + Math.min(5, rows - 1) * stride;
        long a6 = a0 + Math.min(6, rows - 1) * stride;
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = Lanes.load(b, panel + (long) k * (1L * Lanes.BYTES));
            FloatVector x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a0 + (long) k * 4));
            c00 = x.fma(b0, c00);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a1 + (long) k * 4));
            c10 = x.fma(b0, c10);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a2 + (long) k * 4));
            c20 = x.fma(b0, c20);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a3 + (long) k * 4));
            c30 = x.fma(b0, c30);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a4 + (long) k * 4));
            c40 = x.fma(b0, c40);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a5 + (long) k * 4));
            c50 = x.fma(b0, c50);
            x = Lanes.broadcast(a.get(ValueLayout.JAVA_FLOAT, a6 + (long) k * 4));
            c60 = x.fma(b0, c60);
        }
        Lanes.store(c60, c, c0 + Math.min(6, rows - 1) * cStride);
        Lanes.store(c50, c, c0 + Math.min(5, rows - 1) * cStride);
        Lanes.store(c40, c, c0 + Math.min(4, rows - 1) * cStride);
        Lanes.store(c30, c, c0 + Math.min(3, rows - 1) * cStride);
        Lanes.store(c20, c, c0 + Math.min(2, rows - 1) * cStride);
        Lanes.store(c10, c, c0 + Math.min(1, rows - 1) * cStride);
        Lanes.store(c00, c, c0);
    }
}
