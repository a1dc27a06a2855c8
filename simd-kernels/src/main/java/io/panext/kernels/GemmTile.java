package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles of {@link Gemm}: so many rows by so many vectors, whose sums stay in registers over the whole depth.
 *
 * <p>All take rows of {@code depth} values from offset {@code a0} of {@code a}, the offsets of a panel and of its bias in
 * {@code b}, and write rows from offset {@code c0} of {@code c}. Where there may be fewer rows than the tile has, the last
 * is repeated: it is loaded and stored again.
 */
final class GemmTile {

    // The tiles spell out every vector operation: wrapped in a method of our own, those beyond C2's inlining budget
    // would be calls, and every vector that they take or give a heap object. The panel and each row are slices that end
    // with the loop: what C2 works out before a loop, to leave only its counter to compare, outweighs the products of a
    // short one, but is little where all bounds are the same.
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int BYTES = Lanes.BYTES;

    private GemmTile() {}

    static void tile5x4(MemorySegment a, long a0, long stride, MemorySegment b, long panel, int depth, long bias,
            MemorySegment c, long c0, long cStride) {
        OffHeap.require(a, b, c);
        FloatVector bias0 = FloatVector.fromMemorySegment(S, b, bias, ORDER);
        FloatVector bias1 = FloatVector.fromMemorySegment(S, b, bias + BYTES, ORDER);
        FloatVector bias2 = FloatVector.fromMemorySegment(S, b, bias + 2L * BYTES, ORDER);
        FloatVector bias3 = FloatVector.fromMemorySegment(S, b, bias + 3L * BYTES, ORDER);
        FloatVector c00 = bias0, c01 = bias1, c02 = bias2, c03 = bias3;
        FloatVector c10 = bias0, c11 = bias1, c12 = bias2, c13 = bias3;
        FloatVector c20 = bias0, c21 = bias1, c22 = bias2, c23 = bias3;
        FloatVector c30 = bias0, c31 = bias1, c32 = bias2, c33 = bias3;
        FloatVector c40 = bias0, c41 = bias1, c42 = bias2, c43 = bias3;
        long a1 = a0 + stride;
        long a2 = a0 + 2 * stride;
        long a3 = a0 + 3 * stride;
        long a4 = a0 + 4 * stride;
        MemorySegment w = b.asSlice(panel, depth * (4L * BYTES), 1);
        MemorySegment r0 = a.asSlice(a0, depth * 4L, 1);
        MemorySegment r1 = a.asSlice(a1, depth * 4L, 1);
        MemorySegment r2 = a.asSlice(a2, depth * 4L, 1);
        MemorySegment r3 = a.asSlice(a3, depth * 4L, 1);
        MemorySegment r4 = a.asSlice(a4, depth * 4L, 1);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(S, w, k * (4L * BYTES), ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(S, w, k * (4L * BYTES) + BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(S, w, k * (4L * BYTES) + 2L * BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(S, w, k * (4L * BYTES) + 3L * BYTES, ORDER);
            FloatVector x = FloatVector.broadcast(S, r0.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(S, r1.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = FloatVector.broadcast(S, r2.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = FloatVector.broadcast(S, r3.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
            x = FloatVector.broadcast(S, r4.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            c42 = x.fma(b2, c42);
            c43 = x.fma(b3, c43);
        }
        long d4 = c0 + 4 * cStride;
        c40.intoMemorySegment(c, d4, ORDER);
        c41.intoMemorySegment(c, d4 + BYTES, ORDER);
        c42.intoMemorySegment(c, d4 + 2L * BYTES, ORDER);
        c43.intoMemorySegment(c, d4 + 3L * BYTES, ORDER);
        long d3 = c0 + 3 * cStride;
        c30.intoMemorySegment(c, d3, ORDER);
        c31.intoMemorySegment(c, d3 + BYTES, ORDER);
        c32.intoMemorySegment(c, d3 + 2L * BYTES, ORDER);
        c33.intoMemorySegment(c, d3 + 3L * BYTES, ORDER);
        long d2 = c0 + 2 * cStride;
        c20.intoMemorySegment(c, d2, ORDER);
        c21.intoMemorySegment(c, d2 + BYTES, ORDER);
        c22.intoMemorySegment(c, d2 + 2L * BYTES, ORDER);
        c23.intoMemorySegment(c, d2 + 3L * BYTES, ORDER);
        long d1 = c0 + cStride;
        c10.intoMemorySegment(c, d1, ORDER);
        c11.intoMemorySegment(c, d1 + BYTES, ORDER);
        c12.intoMemorySegment(c, d1 + 2L * BYTES, ORDER);
        c13.intoMemorySegment(c, d1 + 3L * BYTES, ORDER);
        c00.intoMemorySegment(c, c0, ORDER);
        c01.intoMemorySegment(c, c0 + BYTES, ORDER);
        c02.intoMemorySegment(c, c0 + 2L * BYTES, ORDER);
        c03.intoMemorySegment(c, c0 + 3L * BYTES, ORDER);
    }

    static void tile4x4(MemorySegment a, long a0, long stride, int rows, MemorySegment b, long panel, int depth,
            long bias, MemorySegment c, long c0, long cStride) {
        OffHeap.require(a, b, c);
        FloatVector bias0 = FloatVector.fromMemorySegment(S, b, bias, ORDER);
        FloatVector bias1 = FloatVector.fromMemorySegment(S, b, bias + BYTES, ORDER);
        FloatVector bias2 = FloatVector.fromMemorySegment(S, b, bias + 2L * BYTES, ORDER);
        FloatVector bias3 = FloatVector.fromMemorySegment(S, b, bias + 3L * BYTES, ORDER);
        FloatVector c00 = bias0, c01 = bias1, c02 = bias2, c03 = bias3;
        FloatVector c10 = bias0, c11 = bias1, c12 = bias2, c13 = bias3;
        FloatVector c20 = bias0, c21 = bias1, c22 = bias2, c23 = bias3;
        FloatVector c30 = bias0, c31 = bias1, c32 = bias2, c33 = bias3;
        long a1 = a0 + Math.min(1, rows - 1) * stride;
        long a2 = a0 + Math.min(2, rows - 1) * stride;
        long a3 = a0 + Math.min(3, rows - 1) * stride;
        MemorySegment w = b.asSlice(panel, depth * (4L * BYTES), 1);
        MemorySegment r0 = a.asSlice(a0, depth * 4L, 1);
        MemorySegment r1 = a.asSlice(a1, depth * 4L, 1);
        MemorySegment r2 = a.asSlice(a2, depth * 4L, 1);
        MemorySegment r3 = a.asSlice(a3, depth * 4L, 1);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(S, w, k * (4L * BYTES), ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(S, w, k * (4L * BYTES) + BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(S, w, k * (4L * BYTES) + 2L * BYTES, ORDER);
            FloatVector b3 = FloatVector.fromMemorySegment(S, w, k * (4L * BYTES) + 3L * BYTES, ORDER);
            FloatVector x = FloatVector.broadcast(S, r0.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(S, r1.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = FloatVector.broadcast(S, r2.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = FloatVector.broadcast(S, r3.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
        }
        long d3 = c0 + Math.min(3, rows - 1) * cStride;
        c30.intoMemorySegment(c, d3, ORDER);
        c31.intoMemorySegment(c, d3 + BYTES, ORDER);
        c32.intoMemorySegment(c, d3 + 2L * BYTES, ORDER);
        c33.intoMemorySegment(c, d3 + 3L * BYTES, ORDER);
        long d2 = c0 + Math.min(2, rows - 1) * cStride;
        c20.intoMemorySegment(c, d2, ORDER);
        c21.intoMemorySegment(c, d2 + BYTES, ORDER);
        c22.intoMemorySegment(c, d2 + 2L * BYTES, ORDER);
        c23.intoMemorySegment(c, d2 + 3L * BYTES, ORDER);
        long d1 = c0 + Math.min(1, rows - 1) * cStride;
        c10.intoMemorySegment(c, d1, ORDER);
        c11.intoMemorySegment(c, d1 + BYTES, ORDER);
        c12.intoMemorySegment(c, d1 + 2L * BYTES, ORDER);
        c13.intoMemorySegment(c, d1 + 3L * BYTES, ORDER);
        c00.intoMemorySegment(c, c0, ORDER);
        c01.intoMemorySegment(c, c0 + BYTES, ORDER);
        c02.intoMemorySegment(c, c0 + 2L * BYTES, ORDER);
        c03.intoMemorySegment(c, c0 + 3L * BYTES, ORDER);
    }

    static void tile5x3(MemorySegment a, long a0, long stride, int rows, MemorySegment b, long panel, int depth,
            long bias, MemorySegment c, long c0, long cStride) {
        OffHeap.require(a, b, c);
        FloatVector bias0 = FloatVector.fromMemorySegment(S, b, bias, ORDER);
        FloatVector bias1 = FloatVector.fromMemorySegment(S, b, bias + BYTES, ORDER);
        FloatVector bias2 = FloatVector.fromMemorySegment(S, b, bias + 2L * BYTES, ORDER);
        FloatVector c00 = bias0, c01 = bias1, c02 = bias2;
        FloatVector c10 = bias0, c11 = bias1, c12 = bias2;
        FloatVector c20 = bias0, c21 = bias1, c22 = bias2;
        FloatVector c30 = bias0, c31 = bias1, c32 = bias2;
        FloatVector c40 = bias0, c41 = bias1, c42 = bias2;
        long a1 = a0 + Math.min(1, rows - 1) * stride;
        long a2 = a0 + Math.min(2, rows - 1) * stride;
        long a3 = a0 + Math.min(3, rows - 1) * stride;
        long a4 = a0 + Math.min(4, rows - 1) * stride;
        MemorySegment w = b.asSlice(panel, depth * (3L * BYTES), 1);
        MemorySegment r0 = a.asSlice(a0, depth * 4L, 1);
        MemorySegment r1 = a.asSlice(a1, depth * 4L, 1);
        MemorySegment r2 = a.asSlice(a2, depth * 4L, 1);
        MemorySegment r3 = a.asSlice(a3, depth * 4L, 1);
        MemorySegment r4 = a.asSlice(a4, depth * 4L, 1);
        for (int k = 0; k < depth; k++) {
            FloatVector b0 = FloatVector.fromMemorySegment(S, w, k * (3L * BYTES), ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(S, w, k * (3L * BYTES) + BYTES, ORDER);
            FloatVector b2 = FloatVector.fromMemorySegment(S, w, k * (3L * BYTES) + 2L * BYTES, ORDER);
            FloatVector x = FloatVector.broadcast(S, r0.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            x = FloatVector.broadcast(S, r1.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            x = FloatVector.broadcast(S, r2.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            x = FloatVector.broadcast(S, r3.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            x = FloatVector.broadcast(S, r4.get(ValueLayout.JAVA_FLOAT, k * 4L));
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            c42 = x.fma(b2, c42);
        }
        long d4 = c0 + Math.min(4, rows - 1) * cStride;
        c40.intoMemorySegment(c, d4, ORDER);
        c41.intoMemorySegment(c, d4 + BYTES, ORDER);
        c42.intoMemorySegment(c, d4 + 2L * BYTES, ORDER);
        long d3 = c0 + Math.min(3, rows - 1) * cStride;
        c30.intoMemorySegment(c, d3, ORDER);
        c31.intoMemorySegment(c, d3 + BYTES, ORDER);
        c32.intoMemorySegment(c, d3 + 2L * BYTES, ORDER);
        long d2 = c0 + Math.min(2, rows - 1) * cStride;
        c20.intoMemorySegment(c, d2, ORDER);
        c21.intoMemorySegment(c, d2 + BYTES, ORDER);
        c22.intoMemorySegment(c, d2 + 2L * BYTES, ORDER);
        long d1 = c0 + Math.min(1, rows - 1) * cStride;
        c10.intoMemorySegment(c, d1, ORDER);
        c11.intoMemorySegment(c, d1 + BYTES, ORDER);
        c12.intoMemorySegment(c, d1 + 2L * BYTES, ORDER);
        c00.intoMemorySegment(c, c0, ORDER);
        c01.intoMemorySegment(c, c0 + BYTES, ORDER);
        c02.intoMemorySegment(c, c0 + 2L * BYTES, ORDER);
    }

    static void tile7x1(MemorySegment a, long a0, long stride, int rows, MemorySegment b, long panel, int depth,
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
        long d6 = c0 + Math.min(6, rows - 1) * cStride;
        c60.intoMemorySegment(c, d6, ORDER);
        long d5 = c0 + Math.min(5, rows - 1) * cStride;
        c50.intoMemorySegment(c, d5, ORDER);
        long d4 = c0 + Math.min(4, rows - 1) * cStride;
        c40.intoMemorySegment(c, d4, ORDER);
        long d3 = c0 + Math.min(3, rows - 1) * cStride;
        c30.intoMemorySegment(c, d3, ORDER);
        long d2 = c0 + Math.min(2, rows - 1) * cStride;
        c20.intoMemorySegment(c, d2, ORDER);
        long d1 = c0 + Math.min(1, rows - 1) * cStride;
        c10.intoMemorySegment(c, d1, ORDER);
        c00.intoMemorySegment(c, c0, ORDER);
    }
}
