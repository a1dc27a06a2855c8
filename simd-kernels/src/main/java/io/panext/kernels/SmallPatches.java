package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Register tiles of the masked depthwise convolution for patches too small to fill that of {@link DepthwiseConv}. */
final class SmallPatches {

    /** Vectors of channels that {@link #pixel} computes at a time: enough sums to hide the latency of each other. */
    static final int SLICES = 4;

    // The tiles spell out every vector operation, and the loop over the rows of a kernel has no counter: for the reasons
    // that DepthwiseTile has.
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int BYTES = Lanes.BYTES;
    private static final int KERNEL = DepthwiseConv.KERNEL;

    private SmallPatches() {}

    /**
     * Computes a patch of two by two pixels, for one vector of channels.
     *
     * @param square   the pixels that it sees, from row and column 0 on
     * @param rowBytes from one row of the square to the next
     * @param taps     where the weights of these channels start
     * @param d0       where the first pixel goes, in bytes
     */
    static void four(MemorySegment square, long rowBytes, int fromTap, int toTap, MemorySegment weights, long taps,
            MemorySegment dst, long d0, long dStride) {
        if (Lanes.FUSED) {
            fused(square, rowBytes, fromTap, toTap, weights, taps, dst, d0, dStride);
        } else {
            UnfusedDepthwiseTile.run(square, 0, fromTap, -1, rowBytes, toTap - fromTap, BYTES, rowBytes,
                    rowBytes + BYTES,
                    weights, taps + fromTap * ((long) KERNEL * BYTES), taps + (long) DepthwiseConv.TAPS * BYTES, dst,
                    d0,
                    dStride, UnfusedDepthwiseTile.PIXELS);
        }
    }

    private static void fused(MemorySegment square, long rowBytes, int fromTap, int toTap, MemorySegment weights,
            long taps, MemorySegment dst, long d0, long dStride) {
        OffHeap.require(square, weights, dst);
        FloatVector bias = FloatVector.fromMemorySegment(S, weights, taps + (long) DepthwiseConv.TAPS * BYTES, ORDER);
        FloatVector zero = FloatVector.zero(S);
        FloatVector even0 = bias, even1 = bias, even2 = bias, even3 = bias;
        FloatVector odd0 = zero, odd1 = zero, odd2 = zero, odd3 = zero;
        long w = taps + fromTap * ((long) KERNEL * BYTES);
        long upper = fromTap * rowBytes;
        for (int left = (1 << (toTap - fromTap)) - 1; left != 0; left >>= 1) {
            long lower = upper + rowBytes;
            FloatVector w0 = FloatVector.fromMemorySegment(S, weights, w, ORDER);
            FloatVector w1 = FloatVector.fromMemorySegment(S, weights, w + BYTES, ORDER);
            FloatVector w2 = FloatVector.fromMemorySegment(S, weights, w + 2L * BYTES, ORDER);
            FloatVector w3 = FloatVector.fromMemorySegment(S, weights, w + 3L * BYTES, ORDER);
            FloatVector w4 = FloatVector.fromMemorySegment(S, weights, w + 4L * BYTES, ORDER);
            FloatVector w5 = FloatVector.fromMemorySegment(S, weights, w + 5L * BYTES, ORDER);
            FloatVector w6 = FloatVector.fromMemorySegment(S, weights, w + 6L * BYTES, ORDER);
            FloatVector x = FloatVector.fromMemorySegment(S, square, upper, ORDER);
            FloatVector y = FloatVector.fromMemorySegment(S, square, lower, ORDER);
            even0 = x.fma(w0, even0);
            even2 = y.fma(w0, even2);
            x = FloatVector.fromMemorySegment(S, square, upper + BYTES, ORDER);
            y = FloatVector.fromMemorySegment(S, square, lower + BYTES, ORDER);
            odd0 = x.fma(w1, odd0);
            odd2 = y.fma(w1, odd2);
            even1 = x.fma(w0, even1);
            even3 = y.fma(w0, even3);
            x = FloatVector.fromMemorySegment(S, square, upper + 2L * BYTES, ORDER);
            y = FloatVector.fromMemorySegment(S, square, lower + 2L * BYTES, ORDER);
            even0 = x.fma(w2, even0);
            even2 = y.fma(w2, even2);
            odd1 = x.fma(w1, odd1);
            odd3 = y.fma(w1, odd3);
            x = FloatVector.fromMemorySegment(S, square, upper + 3L * BYTES, ORDER);
            y = FloatVector.fromMemorySegment(S, square, lower + 3L * BYTES, ORDER);
            odd0 = x.fma(w3, odd0);
            odd2 = y.fma(w3, odd2);
            even1 = x.fma(w2, even1);
            even3 = y.fma(w2, even3);
            x = FloatVector.fromMemorySegment(S, square, upper + 4L * BYTES, ORDER);
            y = FloatVector.fromMemorySegment(S, square, lower + 4L * BYTES, ORDER);
            even0 = x.fma(w4, even0);
            even2 = y.fma(w4, even2);
            odd1 = x.fma(w3, odd1);
            odd3 = y.fma(w3, odd3);
            x = FloatVector.fromMemorySegment(S, square, upper + 5L * BYTES, ORDER);
            y = FloatVector.fromMemorySegment(S, square, lower + 5L * BYTES, ORDER);
            odd0 = x.fma(w5, odd0);
            odd2 = y.fma(w5, odd2);
            even1 = x.fma(w4, even1);
            even3 = y.fma(w4, even3);
            x = FloatVector.fromMemorySegment(S, square, upper + 6L * BYTES, ORDER);
            y = FloatVector.fromMemorySegment(S, square, lower + 6L * BYTES, ORDER);
            even0 = x.fma(w6, even0);
            even2 = y.fma(w6, even2);
            odd1 = x.fma(w5, odd1);
            odd3 = y.fma(w5, odd3);
            x = FloatVector.fromMemorySegment(S, square, upper + 7L * BYTES, ORDER);
            y = FloatVector.fromMemorySegment(S, square, lower + 7L * BYTES, ORDER);
            even1 = x.fma(w6, even1);
            even3 = y.fma(w6, even3);
            w += (long) KERNEL * BYTES;
            upper = lower;
        }
        even0.add(odd0).intoMemorySegment(dst, d0, ORDER);
        even1.add(odd1).intoMemorySegment(dst, d0 + dStride, ORDER);
        even2.add(odd2).intoMemorySegment(dst, d0 + 2 * dStride, ORDER);
        even3.add(odd3).intoMemorySegment(dst, d0 + 3 * dStride, ORDER);
    }

    /**
     * Computes a patch of one pixel: its few taps that exist, one after the other, for {@value #SLICES} vectors of channels.
     * Vectors beyond the last repeat it, so that a short group needs no code of its own.
     *
     * @param seen  what it sees
     * @param first the first vector
     * @param last  the last vector that there is
     */
    static void pixel(MemorySegment src, Neighbourhood seen, MemorySegment weights, int first, int last,
            MemorySegment dst, long to) {
        OffHeap.require(src, weights, dst);
        long c0 = (long) first * BYTES;
        long c1 = (long) Math.min(first + 1, last) * BYTES;
        long c2 = (long) Math.min(first + 2, last) * BYTES;
        long c3 = (long) Math.min(first + 3, last) * BYTES;
        long w0 = c0 * (DepthwiseConv.TAPS + 1);
        long w1 = c1 * (DepthwiseConv.TAPS + 1);
        long w2 = c2 * (DepthwiseConv.TAPS + 1);
        long w3 = c3 * (DepthwiseConv.TAPS + 1);
        long bias = (long) DepthwiseConv.TAPS * BYTES;
        FloatVector sum0 = FloatVector.fromMemorySegment(S, weights, w0 + bias, ORDER);
        FloatVector sum1 = FloatVector.fromMemorySegment(S, weights, w1 + bias, ORDER);
        FloatVector sum2 = FloatVector.fromMemorySegment(S, weights, w2 + bias, ORDER);
        FloatVector sum3 = FloatVector.fromMemorySegment(S, weights, w3 + bias, ORDER);
        for (int i = 0; i < seen.count(); i++) {
            long tap = seen.place(i);
            long from = seen.position(i);
            FloatVector x0 = FloatVector.fromMemorySegment(S, src, from + c0, ORDER);
            sum0 = Lanes.fma(x0, FloatVector.fromMemorySegment(S, weights, w0 + tap, ORDER), sum0);
            FloatVector x1 = FloatVector.fromMemorySegment(S, src, from + c1, ORDER);
            sum1 = Lanes.fma(x1, FloatVector.fromMemorySegment(S, weights, w1 + tap, ORDER), sum1);
            FloatVector x2 = FloatVector.fromMemorySegment(S, src, from + c2, ORDER);
            sum2 = Lanes.fma(x2, FloatVector.fromMemorySegment(S, weights, w2 + tap, ORDER), sum2);
            FloatVector x3 = FloatVector.fromMemorySegment(S, src, from + c3, ORDER);
            sum3 = Lanes.fma(x3, FloatVector.fromMemorySegment(S, weights, w3 + tap, ORDER), sum3);
        }
        sum3.intoMemorySegment(dst, to + c3, ORDER);
        sum2.intoMemorySegment(dst, to + c2, ORDER);
        sum1.intoMemorySegment(dst, to + c1, ORDER);
        sum0.intoMemorySegment(dst, to + c0, ORDER);
    }
}
