package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile of the 7×7 depthwise convolution for maps that are as narrow as its kernel, as in the last stage of
 * 224-pixel images: a whole row in one vector of channels, without the taps that fall beside it. Those would be a third of
 * what {@link DepthwiseTile} computes there.
 */
final class NarrowDepthwiseTile {

    /** Pixels of a row. */
    static final int WIDTH = 7;

    // Every vector operation is spelt out, and the loop has no counter, as in DepthwiseTile.
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int BYTES = Lanes.BYTES;

    private NarrowDepthwiseTile() {}

    /**
     * Computes a row.
     *
     * @param src     the input
     * @param first   place of the first row that is needed, in bytes
     * @param pixel   bytes from one pixel to the next, rows having nothing between them
     * @param rows    rows of the kernel that lie inside the image
     * @param weights packed weights
     * @param taps    where those of the first of these rows start, in bytes
     * @param bias    where the bias is, in bytes
     * @param dst     the output
     * @param d0      place of the row, in bytes
     * @param dPixel  bytes from one pixel to the next
     */
    static void run(MemorySegment src, long first, long pixel, int rows, MemorySegment weights, long taps, long bias,
            MemorySegment dst, long d0, long dPixel) {
        OffHeap.require(src, weights, dst);
        FloatVector b = FloatVector.fromMemorySegment(S, weights, bias, ORDER);
        FloatVector c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b;
        long x0 = first;
        long w = taps;
        for (int left = (1 << rows) - 1; left != 0; left >>= 1) {
            FloatVector w0 = FloatVector.fromMemorySegment(S, weights, w, ORDER);
            FloatVector w1 = FloatVector.fromMemorySegment(S, weights, w + BYTES, ORDER);
            FloatVector w2 = FloatVector.fromMemorySegment(S, weights, w + 2L * BYTES, ORDER);
            FloatVector w3 = FloatVector.fromMemorySegment(S, weights, w + 3L * BYTES, ORDER);
            FloatVector w4 = FloatVector.fromMemorySegment(S, weights, w + 4L * BYTES, ORDER);
            FloatVector w5 = FloatVector.fromMemorySegment(S, weights, w + 5L * BYTES, ORDER);
            FloatVector w6 = FloatVector.fromMemorySegment(S, weights, w + 6L * BYTES, ORDER);
            FloatVector x = FloatVector.fromMemorySegment(S, src, x0, ORDER);
            c0 = x.fma(w3, c0);
            c1 = x.fma(w2, c1);
            c2 = x.fma(w1, c2);
            c3 = x.fma(w0, c3);
            x = FloatVector.fromMemorySegment(S, src, x0 + pixel, ORDER);
            c0 = x.fma(w4, c0);
            c1 = x.fma(w3, c1);
            c2 = x.fma(w2, c2);
            c3 = x.fma(w1, c3);
            c4 = x.fma(w0, c4);
            x = FloatVector.fromMemorySegment(S, src, x0 + 2 * pixel, ORDER);
            c0 = x.fma(w5, c0);
            c1 = x.fma(w4, c1);
            c2 = x.fma(w3, c2);
            c3 = x.fma(w2, c3);
            c4 = x.fma(w1, c4);
            c5 = x.fma(w0, c5);
            x = FloatVector.fromMemorySegment(S, src, x0 + 3 * pixel, ORDER);
            c0 = x.fma(w6, c0);
            c1 = x.fma(w5, c1);
            c2 = x.fma(w4, c2);
            c3 = x.fma(w3, c3);
            c4 = x.fma(w2, c4);
            c5 = x.fma(w1, c5);
            c6 = x.fma(w0, c6);
            x = FloatVector.fromMemorySegment(S, src, x0 + 4 * pixel, ORDER);
            c1 = x.fma(w6, c1);
            c2 = x.fma(w5, c2);
            c3 = x.fma(w4, c3);
            c4 = x.fma(w3, c4);
            c5 = x.fma(w2, c5);
            c6 = x.fma(w1, c6);
            x = FloatVector.fromMemorySegment(S, src, x0 + 5 * pixel, ORDER);
            c2 = x.fma(w6, c2);
            c3 = x.fma(w5, c3);
            c4 = x.fma(w4, c4);
            c5 = x.fma(w3, c5);
            c6 = x.fma(w2, c6);
            x = FloatVector.fromMemorySegment(S, src, x0 + 6 * pixel, ORDER);
            c3 = x.fma(w6, c3);
            c4 = x.fma(w5, c4);
            c5 = x.fma(w4, c5);
            c6 = x.fma(w3, c6);
            x0 += WIDTH * pixel;
            w += 7L * BYTES;
        }
        c0.intoMemorySegment(dst, d0, ORDER);
        c1.intoMemorySegment(dst, d0 + dPixel, ORDER);
        c2.intoMemorySegment(dst, d0 + 2 * dPixel, ORDER);
        c3.intoMemorySegment(dst, d0 + 3 * dPixel, ORDER);
        c4.intoMemorySegment(dst, d0 + 4 * dPixel, ORDER);
        c5.intoMemorySegment(dst, d0 + 5 * dPixel, ORDER);
        c6.intoMemorySegment(dst, d0 + 6 * dPixel, ORDER);
    }
}
