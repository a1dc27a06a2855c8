package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tiles of the 7×7 depthwise convolution: neighbouring pixels of a row, in one vector of channels. Each input
 * value is loaded once for every row of the kernel.
 *
 * <p>Eight pixels are enough sums to hide the latency of two FMA units; four have one of the even and one of the odd taps.
 */
final class DepthwiseTile {

    /** Pixels of the larger tile. */
    static final int PIXELS = 8;

    /** Pixels of the smaller tile. */
    static final int FEW = 4;

    // The tiles spell out every vector operation: wrapped in a method of our own, those beyond C2's inlining budget
    // would be calls, and every vector that they take or give a heap object. The loop has no counter, for C2 makes three
    // loops of one that has, and works out the bounds of their loads for longer than seven rounds take.
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int BYTES = Lanes.BYTES;

    private DepthwiseTile() {}

    /**
     * Computes pixels from rows that follow each other in a ring. Those beyond the last are stored in its place before it
     * is: a short tile needs no code of its own.
     *
     * @param ring      rows of the input, zeros beside them
     * @param column    place of the first pixel's leftmost neighbour within a row, in bytes
     * @param firstSlot where the first row is
     * @param slotMask  slots of the ring, a power of two, less one
     * @param slotBytes bytes from one row to the next
     * @param rows      rows of the kernel that lie inside the image
     * @param weights   packed weights
     * @param taps      where those of the first of these rows start, in bytes
     * @param bias      where the bias is, in bytes
     * @param dst       the output
     * @param d0        place of the first pixel, in bytes
     * @param dStride   bytes from one pixel to the next
     * @param pixels    how many, at most {@value #PIXELS}
     */
    static void run(MemorySegment ring, long column, int firstSlot, int slotMask, long slotBytes, int rows,
            MemorySegment weights, long taps, long bias, MemorySegment dst, long d0, long dStride, int pixels) {
        if (!Lanes.FUSED) {
            for (int pixel = 0; pixel < pixels; pixel += DilatedDepthwiseTile.PIXELS) {
                DilatedDepthwiseTile.run(ring, column + (long) pixel * BYTES, firstSlot, slotMask + 1, slotBytes, rows,
                        DepthwiseConv.KERNEL, 1, weights, taps, bias, dst, d0 + pixel * dStride, dStride,
                        pixels - pixel);
            }
        } else if (pixels > FEW) {
            eight(ring, column, firstSlot, slotMask, slotBytes, rows, weights, taps, bias, dst, d0, dStride, pixels);
        } else {
            four(ring, column, firstSlot, slotMask, slotBytes, rows, weights, taps, bias, dst, d0, dStride, pixels);
        }
    }

    private static void eight(MemorySegment ring, long column, int firstSlot, int slotMask, long slotBytes, int rows,
            MemorySegment weights, long taps, long bias, MemorySegment dst, long d0, long dStride, int pixels) {
        OffHeap.require(ring, weights, dst);
        FloatVector b = FloatVector.fromMemorySegment(S, weights, bias, ORDER);
        FloatVector c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b;
        int slot = firstSlot;
        long w = taps;
        for (int left = (1 << rows) - 1; left != 0; left >>= 1) {
            long row = column + (slot & slotMask) * slotBytes;
            FloatVector w0 = FloatVector.fromMemorySegment(S, weights, w, ORDER);
            FloatVector w1 = FloatVector.fromMemorySegment(S, weights, w + BYTES, ORDER);
            FloatVector w2 = FloatVector.fromMemorySegment(S, weights, w + 2L * BYTES, ORDER);
            FloatVector w3 = FloatVector.fromMemorySegment(S, weights, w + 3L * BYTES, ORDER);
            FloatVector w4 = FloatVector.fromMemorySegment(S, weights, w + 4L * BYTES, ORDER);
            FloatVector w5 = FloatVector.fromMemorySegment(S, weights, w + 5L * BYTES, ORDER);
            FloatVector w6 = FloatVector.fromMemorySegment(S, weights, w + 6L * BYTES, ORDER);
            FloatVector x = FloatVector.fromMemorySegment(S, ring, row, ORDER);
            c0 = x.fma(w0, c0);
            x = FloatVector.fromMemorySegment(S, ring, row + BYTES, ORDER);
            c0 = x.fma(w1, c0);
            c1 = x.fma(w0, c1);
            x = FloatVector.fromMemorySegment(S, ring, row + 2L * BYTES, ORDER);
            c0 = x.fma(w2, c0);
            c1 = x.fma(w1, c1);
            c2 = x.fma(w0, c2);
            x = FloatVector.fromMemorySegment(S, ring, row + 3L * BYTES, ORDER);
            c0 = x.fma(w3, c0);
            c1 = x.fma(w2, c1);
            c2 = x.fma(w1, c2);
            c3 = x.fma(w0, c3);
            x = FloatVector.fromMemorySegment(S, ring, row + 4L * BYTES, ORDER);
            c0 = x.fma(w4, c0);
            c1 = x.fma(w3, c1);
            c2 = x.fma(w2, c2);
            c3 = x.fma(w1, c3);
            c4 = x.fma(w0, c4);
            x = FloatVector.fromMemorySegment(S, ring, row + 5L * BYTES, ORDER);
            c0 = x.fma(w5, c0);
            c1 = x.fma(w4, c1);
            c2 = x.fma(w3, c2);
            c3 = x.fma(w2, c3);
            c4 = x.fma(w1, c4);
            c5 = x.fma(w0, c5);
            x = FloatVector.fromMemorySegment(S, ring, row + 6L * BYTES, ORDER);
            c0 = x.fma(w6, c0);
            c1 = x.fma(w5, c1);
            c2 = x.fma(w4, c2);
            c3 = x.fma(w3, c3);
            c4 = x.fma(w2, c4);
            c5 = x.fma(w1, c5);
            c6 = x.fma(w0, c6);
            x = FloatVector.fromMemorySegment(S, ring, row + 7L * BYTES, ORDER);
            c1 = x.fma(w6, c1);
            c2 = x.fma(w5, c2);
            c3 = x.fma(w4, c3);
            c4 = x.fma(w3, c4);
            c5 = x.fma(w2, c5);
            c6 = x.fma(w1, c6);
            c7 = x.fma(w0, c7);
            x = FloatVector.fromMemorySegment(S, ring, row + 8L * BYTES, ORDER);
            c2 = x.fma(w6, c2);
            c3 = x.fma(w5, c3);
            c4 = x.fma(w4, c4);
            c5 = x.fma(w3, c5);
            c6 = x.fma(w2, c6);
            c7 = x.fma(w1, c7);
            x = FloatVector.fromMemorySegment(S, ring, row + 9L * BYTES, ORDER);
            c3 = x.fma(w6, c3);
            c4 = x.fma(w5, c4);
            c5 = x.fma(w4, c5);
            c6 = x.fma(w3, c6);
            c7 = x.fma(w2, c7);
            x = FloatVector.fromMemorySegment(S, ring, row + 10L * BYTES, ORDER);
            c4 = x.fma(w6, c4);
            c5 = x.fma(w5, c5);
            c6 = x.fma(w4, c6);
            c7 = x.fma(w3, c7);
            x = FloatVector.fromMemorySegment(S, ring, row + 11L * BYTES, ORDER);
            c5 = x.fma(w6, c5);
            c6 = x.fma(w5, c6);
            c7 = x.fma(w4, c7);
            x = FloatVector.fromMemorySegment(S, ring, row + 12L * BYTES, ORDER);
            c6 = x.fma(w6, c6);
            c7 = x.fma(w5, c7);
            x = FloatVector.fromMemorySegment(S, ring, row + 13L * BYTES, ORDER);
            c7 = x.fma(w6, c7);
            slot++;
            w += 7L * BYTES;
        }
        c7.intoMemorySegment(dst, d0 + Math.min(7, pixels - 1) * dStride, ORDER);
        c6.intoMemorySegment(dst, d0 + Math.min(6, pixels - 1) * dStride, ORDER);
        c5.intoMemorySegment(dst, d0 + Math.min(5, pixels - 1) * dStride, ORDER);
        c4.intoMemorySegment(dst, d0 + Math.min(4, pixels - 1) * dStride, ORDER);
        c3.intoMemorySegment(dst, d0 + Math.min(3, pixels - 1) * dStride, ORDER);
        c2.intoMemorySegment(dst, d0 + Math.min(2, pixels - 1) * dStride, ORDER);
        c1.intoMemorySegment(dst, d0 + Math.min(1, pixels - 1) * dStride, ORDER);
        c0.intoMemorySegment(dst, d0, ORDER);
    }

    private static void four(MemorySegment ring, long column, int firstSlot, int slotMask, long slotBytes, int rows,
            MemorySegment weights, long taps, long bias, MemorySegment dst, long d0, long dStride, int pixels) {
        OffHeap.require(ring, weights, dst);
        FloatVector b = FloatVector.fromMemorySegment(S, weights, bias, ORDER);
        FloatVector zero = FloatVector.zero(S);
        FloatVector even0 = b, even1 = b, even2 = b, even3 = b;
        FloatVector odd0 = zero, odd1 = zero, odd2 = zero, odd3 = zero;
        int slot = firstSlot;
        long w = taps;
        for (int left = (1 << rows) - 1; left != 0; left >>= 1) {
            long row = column + (slot & slotMask) * slotBytes;
            FloatVector w0 = FloatVector.fromMemorySegment(S, weights, w, ORDER);
            FloatVector w1 = FloatVector.fromMemorySegment(S, weights, w + BYTES, ORDER);
            FloatVector w2 = FloatVector.fromMemorySegment(S, weights, w + 2L * BYTES, ORDER);
            FloatVector w3 = FloatVector.fromMemorySegment(S, weights, w + 3L * BYTES, ORDER);
            FloatVector w4 = FloatVector.fromMemorySegment(S, weights, w + 4L * BYTES, ORDER);
            FloatVector w5 = FloatVector.fromMemorySegment(S, weights, w + 5L * BYTES, ORDER);
            FloatVector w6 = FloatVector.fromMemorySegment(S, weights, w + 6L * BYTES, ORDER);
            FloatVector x = FloatVector.fromMemorySegment(S, ring, row, ORDER);
            even0 = x.fma(w0, even0);
            x = FloatVector.fromMemorySegment(S, ring, row + BYTES, ORDER);
            odd0 = x.fma(w1, odd0);
            even1 = x.fma(w0, even1);
            x = FloatVector.fromMemorySegment(S, ring, row + 2L * BYTES, ORDER);
            even0 = x.fma(w2, even0);
            odd1 = x.fma(w1, odd1);
            even2 = x.fma(w0, even2);
            x = FloatVector.fromMemorySegment(S, ring, row + 3L * BYTES, ORDER);
            odd0 = x.fma(w3, odd0);
            even1 = x.fma(w2, even1);
            odd2 = x.fma(w1, odd2);
            even3 = x.fma(w0, even3);
            x = FloatVector.fromMemorySegment(S, ring, row + 4L * BYTES, ORDER);
            even0 = x.fma(w4, even0);
            odd1 = x.fma(w3, odd1);
            even2 = x.fma(w2, even2);
            odd3 = x.fma(w1, odd3);
            x = FloatVector.fromMemorySegment(S, ring, row + 5L * BYTES, ORDER);
            odd0 = x.fma(w5, odd0);
            even1 = x.fma(w4, even1);
            odd2 = x.fma(w3, odd2);
            even3 = x.fma(w2, even3);
            x = FloatVector.fromMemorySegment(S, ring, row + 6L * BYTES, ORDER);
            even0 = x.fma(w6, even0);
            odd1 = x.fma(w5, odd1);
            even2 = x.fma(w4, even2);
            odd3 = x.fma(w3, odd3);
            x = FloatVector.fromMemorySegment(S, ring, row + 7L * BYTES, ORDER);
            even1 = x.fma(w6, even1);
            odd2 = x.fma(w5, odd2);
            even3 = x.fma(w4, even3);
            x = FloatVector.fromMemorySegment(S, ring, row + 8L * BYTES, ORDER);
            even2 = x.fma(w6, even2);
            odd3 = x.fma(w5, odd3);
            x = FloatVector.fromMemorySegment(S, ring, row + 9L * BYTES, ORDER);
            even3 = x.fma(w6, even3);
            slot++;
            w += 7L * BYTES;
        }
        even3.add(odd3).intoMemorySegment(dst, d0 + Math.min(3, pixels - 1) * dStride, ORDER);
        even2.add(odd2).intoMemorySegment(dst, d0 + Math.min(2, pixels - 1) * dStride, ORDER);
        even1.add(odd1).intoMemorySegment(dst, d0 + Math.min(1, pixels - 1) * dStride, ORDER);
        even0.add(odd0).intoMemorySegment(dst, d0, ORDER);
    }
}
