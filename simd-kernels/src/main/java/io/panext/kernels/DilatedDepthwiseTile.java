package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * The register tile of the depthwise convolution of any odd kernel and any dilation: four neighbouring pixels of a row, in
 * one vector of channels. It needs no more than 16 registers, and no fused multiply-adds.
 */
final class DilatedDepthwiseTile {

    /** Pixels of the tile. */
    static final int PIXELS = 4;

    private DilatedDepthwiseTile() {}

    /**
     * Computes pixels from rows that are kept in a ring. Those beyond the last are stored in its place before it is: a short
     * tile needs no code of its own.
     *
     * @param ring      rows of the input, zeros beside them
     * @param column    place of the first pixel's leftmost neighbour within a row, in bytes
     * @param firstRow  the first row, from 0 on
     * @param slots     rows that the ring holds
     * @param slotBytes bytes from one slot to the next
     * @param rows      rows of the kernel that lie inside the image
     * @param kernel    edge of the kernel
     * @param dilation  from one tap to the next, in pixels
     * @param weights   packed weights
     * @param taps      where those of the first of these rows start, in bytes
     * @param bias      where the bias is, in bytes
     * @param dst       the output
     * @param d0        place of the first pixel, in bytes
     * @param dStride   bytes from one pixel to the next
     * @param pixels    how many; more than {@value #PIXELS} are as good as that
     */
    static void run(MemorySegment ring, long column, int firstRow, int slots, long slotBytes, int rows, int kernel,
            int dilation, MemorySegment weights, long taps, long bias, MemorySegment dst, long d0, long dStride,
            int pixels) {
        FloatVector sum0 = Lanes.load(weights, bias);
        FloatVector sum1 = sum0, sum2 = sum0, sum3 = sum0;
        for (int ky = 0; ky < rows; ky++) {
            long row = column + (firstRow + ky * dilation) % slots * slotBytes;
            for (int kx = 0; kx < kernel; kx++) {
                FloatVector w = Lanes.load(weights, taps + (long) (ky * kernel + kx) * Lanes.BYTES);
                long at = row + (long) kx * dilation * Lanes.BYTES;
                sum0 = Lanes.fma(Lanes.load(ring, at), w, sum0);
                sum1 = Lanes.fma(Lanes.load(ring, at + Lanes.BYTES), w, sum1);
                sum2 = Lanes.fma(Lanes.load(ring, at + 2L * Lanes.BYTES), w, sum2);
                sum3 = Lanes.fma(Lanes.load(ring, at + 3L * Lanes.BYTES), w, sum3);
            }
        }
        Lanes.store(sum3, dst, d0 + Math.min(3, pixels - 1) * dStride);
        Lanes.store(sum2, dst, d0 + Math.min(2, pixels - 1) * dStride);
        Lanes.store(sum1, dst, d0 + Math.min(1, pixels - 1) * dStride);
        Lanes.store(sum0, dst, d0);
    }
}
