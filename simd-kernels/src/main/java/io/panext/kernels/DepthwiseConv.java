package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/**
 * The 7×7 depthwise convolution with stride 1, zero padding 3 and bias.
 *
 * <p>One vector of channels at a time: the rows that an output row needs are kept, padded with zeros, in a ring of eight
 * rows, and {@link DepthwiseTile} computes neighbouring pixels of a row from them. Rows of seven pixels are read where they
 * are, by {@link NarrowDepthwiseTile}.
 */
public final class DepthwiseConv {

    /** Edge of the kernel. */
    public static final int KERNEL = 7;

    /** Values of a kernel. */
    static final int TAPS = KERNEL * KERNEL;
    private static final int PADDING = KERNEL / 2;
    /** Pixels of the register tile. */
    static final int TILE_PIXELS = DepthwiseTile.PIXELS;

    private static final int SLOTS = 8;

    private final MemorySegment weights;
    private final int channels;

    private DepthwiseConv(MemorySegment weights, int channels) {
        this.weights = weights;
        this.channels = channels;
    }

    /**
     * Packs weights once for many runs.
     *
     * @param weights   row-major {@code [channels, 1, 7, 7]}
     * @param bias      {@code [channels]}
     * @param allocator where the packed copy lives; its owner frees it
     * @throws IllegalArgumentException if there are not 49 weights for each bias
     */
    public static DepthwiseConv pack(float[] weights, float[] bias, SegmentAllocator allocator) {
        int channels = bias.length;
        if (weights.length != channels * TAPS) {
            throw new IllegalArgumentException(weights.length + " depthwise weights for " + channels + " channels");
        }
        MemorySegment packed = allocator.allocate(packedBytes(channels), Matrix.ROW_ALIGNMENT);
        for (int channel = 0; channel < channels; channel++) {
            long offset = sliceOffset(channel / Lanes.COUNT) + 4L * (channel % Lanes.COUNT);
            for (int tap = 0; tap < TAPS; tap++) {
                packed.set(ValueLayout.JAVA_FLOAT, offset + (long) tap * Lanes.BYTES, weights[channel * TAPS + tap]);
            }
            packed.set(ValueLayout.JAVA_FLOAT, offset + (long) TAPS * Lanes.BYTES, bias[channel]);
        }
        return new DepthwiseConv(packed, channels);
    }

    /** Returns the bytes that packed weights take. */
    public static long packedBytes(int channels) {
        return sliceOffset(Lanes.vectors(channels));
    }

    /** Returns the scratch bytes that each worker needs for maps of this width. */
    public static long scratchBytes(int width) {
        return SLOTS * slotBytes(width);
    }

    /**
     * Computes the rows of one worker.
     *
     * @param src     {@code [images * height * width, channels]}, aligned
     * @param dst     likewise; not the same memory
     * @param height  rows of an image
     * @param width   pixels of a row
     * @param scratch {@link #scratchBytes(int)} bytes of this worker's own
     * @param share   split over the rows of all images
     */
    public void run(Matrix src, Matrix dst, int height, int width, MemorySegment scratch, Share share) {
        src.requireColumns(channels);
        dst.requireShape(src.rows(), channels);
        if (width == NarrowDepthwiseTile.WIDTH && Lanes.FUSED) {
            Band.each(src, dst, height, width, share,
                    (from, to, slice, top, bottom) -> narrow(from, to, slice, height, top, bottom));
        } else {
            scratch.asSlice(0, scratchBytes(width)).fill((byte) 0);
            Band.each(src, dst, height, width, share,
                    (from, to, slice, top, bottom) -> slice(from, to, slice, height, width, top, bottom, scratch));
        }
    }

    /** Computes rows of one narrow image in one vector of channels, from where the input is. */
    private void narrow(Matrix src, Matrix dst, int slice, int height, int top, int bottom) {
        long column = (long) slice * Lanes.BYTES;
        long taps = sliceOffset(slice);
        for (int y = top; y < bottom; y++) {
            int fromTap = Math.max(0, PADDING - y);
            int toTap = Math.min(KERNEL, height + PADDING - y);
            NarrowDepthwiseTile.run(src.memory(),
                    src.rowOffset((y - PADDING + fromTap) * NarrowDepthwiseTile.WIDTH) + column, src.stride(),
                    toTap - fromTap, weights, taps + (long) fromTap * KERNEL * Lanes.BYTES,
                    taps + (long) TAPS * Lanes.BYTES, dst.memory(),
                    dst.rowOffset(y * NarrowDepthwiseTile.WIDTH) + column, dst.stride());
        }
    }

    /** Computes the rows {@code top} to {@code bottom} of one image in one vector of channels. */
    private void slice(Matrix src, Matrix dst, int slice, int height, int width, int top, int bottom,
            MemorySegment ring) {
        long slotBytes = slotBytes(width);
        long column = (long) slice * Lanes.BYTES;
        int loaded = Math.max(0, top - PADDING);
        for (int y = top; y < bottom; y++) {
            for (int needed = Math.min(height, y + PADDING + 1); loaded < needed; loaded++) {
                loadRow(src.memory(), src.rowOffset(loaded * width) + column, src.stride(), width, ring,
                        (loaded & (SLOTS - 1)) * slotBytes + (long) PADDING * Lanes.BYTES);
            }
            int fromTap = Math.max(0, PADDING - y);
            int toTap = Math.min(KERNEL, height + PADDING - y);
            for (int x = 0; x < width; x += TILE_PIXELS) {
                tile(ring, (long) x * Lanes.BYTES, y - PADDING, SLOTS - 1, slotBytes, fromTap, toTap, weights,
                        sliceOffset(slice),
                        dst.memory(), dst.rowOffset(y * width + x) + column, dst.stride(),
                        Math.min(TILE_PIXELS, width - x));
            }
        }
    }

    private static void loadRow(MemorySegment src, long from, long stride, int width, MemorySegment ring, long to) {
        long at = to;
        long end = from + width * stride;
        for (long pixel = from; pixel != end; pixel += stride) {
            Lanes.store(Lanes.load(src, pixel), ring, at);
            at += Lanes.BYTES;
        }
    }

    /** Computes a few pixels from rows that follow each other in a ring, whose size is a power of two. */
    static void tile(MemorySegment ring, long column, int firstSlot, int slotMask, long slotBytes, int fromTap,
            int toTap, MemorySegment weights, long taps, MemorySegment dst, long d0, long dStride, int pixels) {
        DepthwiseTile.run(ring, column, firstSlot + fromTap, slotMask, slotBytes, toTap - fromTap, weights,
                taps + (long) fromTap * KERNEL * Lanes.BYTES, taps + (long) TAPS * Lanes.BYTES, dst, d0, dStride,
                pixels);
    }

    /** Returns the bytes of a row with its padding. */
    static long slotBytes(int width) {
        return (long) (Math.ceilDiv(width, DepthwiseTile.FEW) * DepthwiseTile.FEW + 2 * PADDING) * Lanes.BYTES;
    }

    MemorySegment weights() {
        return weights;
    }

    int channels() {
        return channels;
    }

    /** Returns where the taps of a vector of channels start in the weights, in bytes. */
    static long sliceOffset(int slice) {
        return (long) slice * (TAPS + 1) * Lanes.BYTES;
    }
}
