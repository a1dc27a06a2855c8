package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile of {@link Gemm} for weights that come from memory: every {@value #DEPTH} values of depth it asks for
 * lines of those that are multiplied next, so that memory and multiplications take their time together.
 *
 * <p>All at once, the lines would be more than a core can wait for, and the products would wait with them. Loops of a
 * length that C2 knows compare nothing, or their ends would cost what the lines save. A tile takes 2 to 4 % longer for it,
 * so {@link Gemm} has a tile without for those that need not ask.
 */
final class StreamedTile {

    /** Values of depth between two requests. */
    static final int DEPTH = 64;

    // Spelled out, for the reason that Gemm has.
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int BYTES = Lanes.BYTES;

    private StreamedTile() {}

    static void run(MemorySegment a, long a0, long stride, int rows, MemorySegment b, long panel, int depth, long bias,
            MemorySegment c, long c0, long cStride, long ahead, int lines) {
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
        long near = ahead;
        for (int from = 0; from < depth; from += DEPTH) {
            Prefetch.lines(near, lines);
            near += lines * (long) Prefetch.LINE;
            MemorySegment w = b.asSlice(panel + from * (2L * BYTES), DEPTH * (2L * BYTES), 1);
            MemorySegment r0 = a.asSlice(a0 + from * 4L, DEPTH * 4L, 1);
            MemorySegment r1 = a.asSlice(a1 + from * 4L, DEPTH * 4L, 1);
            MemorySegment r2 = a.asSlice(a2 + from * 4L, DEPTH * 4L, 1);
            MemorySegment r3 = a.asSlice(a3 + from * 4L, DEPTH * 4L, 1);
            MemorySegment r4 = a.asSlice(a4 + from * 4L, DEPTH * 4L, 1);
            MemorySegment r5 = a.asSlice(a5 + from * 4L, DEPTH * 4L, 1);
            MemorySegment r6 = a.asSlice(a6 + from * 4L, DEPTH * 4L, 1);
            for (int k = 0; k < DEPTH; k++) {
                FloatVector b0 = FloatVector.fromMemorySegment(S, w, k * (2L * BYTES), ORDER);
                FloatVector b1 = FloatVector.fromMemorySegment(S, w, k * (2L * BYTES) + BYTES, ORDER);
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
}
