package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/**
 * The depthwise convolution of any odd kernel and any dilation, with stride 1, bias, and as many zeros around the image
 * as keep its size. {@link DepthwiseConv} is the faster one for 7×7 kernels without dilation.
 *
 * <p>One vector of channels at a time: the rows that an output row needs are kept, padded with zeros, in a ring, and four
 * pixels stay in registers over all taps.
 */
public final class DilatedDepthwiseConv {

    private static final int TILE_PIXELS = DilatedDepthwiseTile.PIXELS;

    private final MemorySegment weights;
    private final int channels;
    private final int kernel;
    private final int dilation;

    private DilatedDepthwiseConv(MemorySegment weights, int channels, int kernel, int dilation) {
        this.weights = weights;
        this.channels = channels;
        this.kernel = kernel;
        this.dilation = dilation;
    }

    /**
     * Packs weights once for many runs.
     *
     * @param weights   row-major {@code [channels, 1, kernel, kernel]}
     * @param bias      {@code [channels]}
     * @param kernel    odd
     * @param dilation  from one tap to the next, in pixels
     * @param allocator where the packed copy lives; its owner frees it
     * @throws IllegalArgumentException if there are not {@code kernel²} weights for each bias, or the kernel is even
     */
    public static DilatedDepthwiseConv pack(float[] weights, float[] bias, int kernel, int dilation,
            SegmentAllocator allocator) {
        int channels = bias.length;
        int taps = kernel * kernel;
        if (kernel % 2 == 0 || dilation < 1 || weights.length != channels * taps) {
            throw new IllegalArgumentException(weights.length + " depthwise weights for " + channels
                    + " channels, kernel " + kernel + " and dilation " + dilation);
        }
        MemorySegment packed = allocator.allocate(packedBytes(channels, kernel), Matrix.ROW_ALIGNMENT);
        for (int channel = 0; channel < channels; channel++) {
            long offset = sliceOffset(channel / Lanes.COUNT, kernel) + 4L * (channel % Lanes.COUNT);
            for (int tap = 0; tap < taps; tap++) {
                packed.set(ValueLayout.JAVA_FLOAT, offset + (long) tap * Lanes.BYTES, weights[channel * taps + tap]);
            }
            packed.set(ValueLayout.JAVA_FLOAT, offset + (long) taps * Lanes.BYTES, bias[channel]);
        }
        return new DilatedDepthwiseConv(packed, channels, kernel, dilation);
    }

    /** Returns the bytes that packed weights take. */
    public static long packedBytes(int channels, int kernel) {
        return sliceOffset(Lanes.vectors(channels), kernel);
    }

    /** Returns the scratch bytes that each worker needs for maps of this width. */
    public static long scratchBytes(int width, int kernel, int dilation) {
        return slots(kernel, dilation) * slotBytes(width, padding(kernel, dilation));
    }

    /**
     * Computes the rows of one worker.
     *
     * @param src     {@code [images * height * width, channels]}, aligned
     * @param dst     likewise; not the same memory
     * @param height  rows of an image
     * @param width   pixels of a row
     * @param scratch {@link #scratchBytes} bytes of this worker's own
     * @param share   split over the rows of all images
     */
    public void run(Matrix src, Matrix dst, int height, int width, MemorySegment scratch, Share share) {
        src.requireColumns(channels);
        dst.requireShape(src.rows(), channels);
        scratch.asSlice(0, scratchBytes(width, kernel, dilation)).fill((byte) 0);
        Band.each(src, dst, height, width, share,
                (from, to, slice, top, bottom) -> slice(from, to, slice, height, width, top, bottom, scratch));
    }

    /** Computes the rows {@code top} to {@code bottom} of one image in one vector of channels. */
    private void slice(Matrix src, Matrix dst, int slice, int height, int width, int top, int bottom,
            MemorySegment ring) {
        int padding = padding(kernel, dilation);
        int slots = slots(kernel, dilation);
        long slotBytes = slotBytes(width, padding);
        long column = (long) slice * Lanes.BYTES;
        int loaded = Math.max(0, top - padding);
        for (int y = top; y < bottom; y++) {
            for (int needed = Math.min(height, y + padding + 1); loaded < needed; loaded++) {
                for (int x = 0; x < width; x++) {
                    Lanes.store(Lanes.load(src.memory(), src.rowOffset(loaded * width + x) + column), ring,
                            loaded % slots * slotBytes + (long) (padding + x) * Lanes.BYTES);
                }
            }
            for (int x = 0; x < width; x += TILE_PIXELS) {
                tile(ring, y, height, slots, slotBytes, (long) x * Lanes.BYTES, slice, dst.memory(),
                        dst.rowOffset(y * width + x) + column, dst.stride(), Math.min(TILE_PIXELS, width - x));
            }
        }
    }

    private void tile(MemorySegment ring, int y, int height, int slots, long slotBytes, long column, int slice,
            MemorySegment dst, long d0, long dStride, int pixels) {
        int top = y - padding(kernel, dilation);
        int fromTap = Math.ceilDiv(Math.max(0, -top), dilation);
        int toTap = Math.min(kernel, Math.ceilDiv(height - top, dilation));
        long taps = sliceOffset(slice, kernel);
        DilatedDepthwiseTile.run(ring, column, top + fromTap * dilation, slots, slotBytes, toTap - fromTap, kernel,
                dilation, weights, taps + (long) fromTap * kernel * Lanes.BYTES,
                taps + (long) kernel * kernel * Lanes.BYTES, dst, d0, dStride, pixels);
    }

    private static int padding(int kernel, int dilation) {
        return kernel / 2 * dilation;
    }

    /** Rows from the first that an output row needs to the last. */
    private static int slots(int kernel, int dilation) {
        return 2 * padding(kernel, dilation) + 1;
    }

    private static long slotBytes(int width, int padding) {
        return (long) (Math.ceilDiv(width, TILE_PIXELS) * TILE_PIXELS + 2 * padding) * Lanes.BYTES;
    }

    private static long sliceOffset(int slice, int kernel) {
        return (long) slice * (kernel * kernel + 1) * Lanes.BYTES;
    }
}
