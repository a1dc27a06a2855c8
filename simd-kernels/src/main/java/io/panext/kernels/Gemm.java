package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix product behind every linear and every convolution without overlap: {@code dst = src · weightsᵀ + bias}.
 *
 * <p>A tile of {@value #TILE_ROWS} rows by two vectors, by one where registers are few, stays in registers over the whole
 * depth. Seven rows divide every
 * map of a 224-pixel image (3136, 784, 196 and 49 pixels), and 14 accumulators hide the latency of two FMA units. Three
 * vectors are no faster, and so much code that the first-tier compiler gives up on it: HotSpot then never gets to the
 * second.
 */
final class Gemm {

    /** Rows of the register tile. */
    static final int TILE_ROWS = 7;

    /**
     * How many tiles of a panel ask for the next one. To ask has its price for the products of the same tile, which the
     * other tiles do not pay; fewer tiles would ask for more at a time than a core can wait for.
     */
    static final int ASKING_TILES = 4;

    // The tiles spell out every vector operation: wrapped in a method of our own, those beyond C2's inlining budget
    // would be calls, and every vector that they take or give a heap object. The panel and each row are slices that end
    // with the loop: what C2 works out before a loop, to leave only its counter to compare, outweighs the products of a
    // short one, but is little where all bounds are the same.
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int BYTES = Lanes.BYTES;

    private Gemm() {}

    /** Returns how many tiles a panel takes. */
    static int tiles(int rows) {
        return Math.ceilDiv(rows, TILE_ROWS);
    }

    /**
     * Returns how many cache lines each of the first {@value #ASKING_TILES} tiles of a panel asks for at a time, so that
     * together they ask for the next panel; 0 if they cannot, or if there is but one, which has to wait for its own weights
     * anyway.
     *
     * @param weights the weights, which come from memory
     * @param tiles   how many tiles each panel takes
     */
    static int linesAhead(PackedWeights weights, int tiles) {
        boolean streams = Prefetch.AVAILABLE && weights.panelVectors(0) == 2
                && weights.depth() % StreamedTile.DEPTH == 0 && tiles > 1;
        int asking = Math.min(tiles, ASKING_TILES);
        return streams ? Math.ceilDiv(StreamedTile.DEPTH * 2 * BYTES, asking * Prefetch.LINE) : 0;
    }

    /**
     * Multiplies rows of {@code src} with one panel of the weights.
     *
     * @param src     {@code [rows, depth]}
     * @param weights packed {@code [columns, depth]} and bias
     * @param panel   which panel
     * @param dst     {@code [rows, columns]} of the whole product; only the panel's columns are written, in whole vectors
     * @param lines   what a tile asks for of the next panel, as {@link #linesAhead} says, or 0
     * @param tiles   how many tiles of this panel came before
     */
    static void panel(Matrix src, PackedWeights weights, int panel, Matrix dst, int lines, int tiles) {
        MemorySegment a = src.memory();
        MemorySegment b = weights.memory();
        MemorySegment c = dst.memory();
        int depth = weights.depth();
        long panelOffset = weights.panelOffset(panel);
        long bias = weights.biasOffset(panel);
        long column = 4L * weights.firstColumn(panel);
        long asked = (long) lines * Prefetch.LINE * (depth / StreamedTile.DEPTH);
        long next = b.address() + weights.panelOffset(panel + 1);
        for (int row = 0; row < src.rows(); row += TILE_ROWS) {
            int tile = tiles + row / TILE_ROWS;
            int rows = Math.min(TILE_ROWS, src.rows() - row);
            long a0 = src.rowOffset(row);
            long c0 = dst.rowOffset(row) + column;
            if (lines > 0 && tile < ASKING_TILES) {
                StreamedTile.run(a, a0, src.stride(), rows, b, panelOffset, depth, bias, c, c0, dst.stride(),
                        next + tile * asked, lines);
            } else if (weights.panelVectors(panel) == 2) {
                tile2(a, a0, src.stride(), rows, b, panelOffset, depth, bias, c, c0, dst.stride());
            } else {
                tile1(a, a0, src.stride(), rows, b, panelOffset, depth, bias, c, c0, dst.stride());
            }
        }
    }

    // Rows beyond the last repeat it, so that a short tile needs no code of its own: they load and store the same values.
    // Where there are registers for two vectors, there are fused multiply-adds.

    private static void tile2(MemorySegment a, long a0, long stride, int rows, MemorySegment b, long panel, int depth,
            long bias, MemorySegment c, long c0, long cStride) {
        OffHeap.require(a, b, c);
        FloatVector bias0 = FloatVector.fromMemorySegment(S, b, bias, ORDER);
        FloatVector bias1 = FloatVector.fromMemorySegment(S, b, bias + BYTES, ORDER);
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
        MemorySegment w0 = b.asSlice(panel, depth * (2L * BYTES) - BYTES, 1);
        MemorySegment w1 = b.asSlice(panel + BYTES, depth * (2L * BYTES) - BYTES, 1);
        MemorySegment r0 = a.asSlice(a0, depth * 4L, 1);
        MemorySegment r1 = a.asSlice(a1, depth * 4L, 1);
        MemorySegment r2 = a.asSlice(a2, depth * 4L, 1);
        MemorySegment r3 = a.asSlice(a3, depth * 4L, 1);
        MemorySegment r4 = a.asSlice(a4, depth * 4L, 1);
        MemorySegment r5 = a.asSlice(a5, depth * 4L, 1);
        MemorySegment r6 = a.asSlice(a6, depth * 4L, 1);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(S, w0, k * (2L * BYTES), ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(S, w1, k * (2L * BYTES), ORDER);
            FloatVector x = FloatVector.broadcast(S, r0.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, r1.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, r2.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, r3.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, r4.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, r5.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(S, r6.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
        }
        long d6 = c0 + Math.min(6, rows - 1) * cStride;
        c60.intoMemorySegment(c, d6, ORDER);
        c61.intoMemorySegment(c, d6 + BYTES, ORDER);
        long d5 = c0 + Math.min(5, rows - 1) * cStride;
        c50.intoMemorySegment(c, d5, ORDER);
        c51.intoMemorySegment(c, d5 + BYTES, ORDER);
        long d4 = c0 + Math.min(4, rows - 1) * cStride;
        c40.intoMemorySegment(c, d4, ORDER);
        c41.intoMemorySegment(c, d4 + BYTES, ORDER);
        long d3 = c0 + Math.min(3, rows - 1) * cStride;
        c30.intoMemorySegment(c, d3, ORDER);
        c31.intoMemorySegment(c, d3 + BYTES, ORDER);
        long d2 = c0 + Math.min(2, rows - 1) * cStride;
        c20.intoMemorySegment(c, d2, ORDER);
        c21.intoMemorySegment(c, d2 + BYTES, ORDER);
        long d1 = c0 + Math.min(1, rows - 1) * cStride;
        c10.intoMemorySegment(c, d1, ORDER);
        c11.intoMemorySegment(c, d1 + BYTES, ORDER);
        c00.intoMemorySegment(c, c0, ORDER);
        c01.intoMemorySegment(c, c0 + BYTES, ORDER);
    }

    private static void tile1(MemorySegment a, long a0, long stride, int rows, MemorySegment b, long panel, int depth,
            long bias, MemorySegment c, long c0, long cStride) {
        OffHeap.require(a, b, c);
        FloatVector bias0 = FloatVector.fromMemorySegment(S, b, bias, ORDER);
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
        MemorySegment w = b.asSlice(panel, depth * (1L * BYTES), 1);
        MemorySegment r0 = a.asSlice(a0, depth * 4L, 1);
        MemorySegment r1 = a.asSlice(a1, depth * 4L, 1);
        MemorySegment r2 = a.asSlice(a2, depth * 4L, 1);
        MemorySegment r3 = a.asSlice(a3, depth * 4L, 1);
        MemorySegment r4 = a.asSlice(a4, depth * 4L, 1);
        MemorySegment r5 = a.asSlice(a5, depth * 4L, 1);
        MemorySegment r6 = a.asSlice(a6, depth * 4L, 1);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(S, w, k * (1L * BYTES), ORDER);
            FloatVector x = FloatVector.broadcast(S, r0.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c00 = Lanes.fma(x, b0, c00);
            x = FloatVector.broadcast(S, r1.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c10 = Lanes.fma(x, b0, c10);
            x = FloatVector.broadcast(S, r2.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c20 = Lanes.fma(x, b0, c20);
            x = FloatVector.broadcast(S, r3.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c30 = Lanes.fma(x, b0, c30);
            x = FloatVector.broadcast(S, r4.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c40 = Lanes.fma(x, b0, c40);
            x = FloatVector.broadcast(S, r5.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c50 = Lanes.fma(x, b0, c50);
            x = FloatVector.broadcast(S, r6.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c60 = Lanes.fma(x, b0, c60);
        }
        c60.intoMemorySegment(c, c0 + Math.min(6, rows - 1) * cStride, ORDER);
        c50.intoMemorySegment(c, c0 + Math.min(5, rows - 1) * cStride, ORDER);
        c40.intoMemorySegment(c, c0 + Math.min(4, rows - 1) * cStride, ORDER);
        c30.intoMemorySegment(c, c0 + Math.min(3, rows - 1) * cStride, ORDER);
        c20.intoMemorySegment(c, c0 + Math.min(2, rows - 1) * cStride, ORDER);
        c10.intoMemorySegment(c, c0 + Math.min(1, rows - 1) * cStride, ORDER);
        c00.intoMemorySegment(c, c0, ORDER);
    }
}
