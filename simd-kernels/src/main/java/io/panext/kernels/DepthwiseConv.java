package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The 7×7 depthwise convolution with stride 1, zero padding 3 and bias.
 *
 * <p>One vector of channels at a time: the rows that an output row needs are kept, padded with zeros, in a ring of eight
 * rows, and a tile of four pixels stays in registers while each input value is loaded once for every row of the kernel.
 * Each pixel has a sum of the even and one of the odd taps, enough of them to hide the latency of two FMA units. Eight
 * pixels are more code than C2 reliably takes: in one process of six it left vectors on the heap.
 */
public final class DepthwiseConv {

    /** Edge of the kernel. */
    public static final int KERNEL = 7;

    /** Values of a kernel. */
    static final int TAPS = KERNEL * KERNEL;
    private static final int PADDING = KERNEL / 2;
    /** Pixels of the register tile. */
    static final int TILE_PIXELS = 4;

    private static final int SLOTS = 8;

    // The tiles spell out every vector operation: wrapped in a method of our own, those beyond C2's inlining budget
    // would be calls, and every vector that they take or give a heap object.
    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final ByteOrder ORDER = Lanes.ORDER;
    private static final int BYTES = Lanes.BYTES;

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
        scratch.asSlice(0, scratchBytes(width)).fill((byte) 0);
        Band.each(src, dst, height, width, share,
                (from, to, slice, top, bottom) -> slice(from, to, slice, height, width, top, bottom, scratch));
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
        for (int x = 0; x < width; x++) {
            Lanes.store(Lanes.load(src, from + x * stride), ring, to + (long) x * Lanes.BYTES);
        }
    }

    // Pixels beyond the last are stored in its place before it is: a short tile needs no code of its own.

    /** Computes a few pixels from rows that follow each other in a ring, whose size is a power of two. */
    static void tile(MemorySegment ring, long column, int firstSlot, int slotMask, long slotBytes, int fromTap,
            int toTap, MemorySegment weights, long taps, MemorySegment dst, long d0, long dStride, int pixels) {
        FloatVector bias = FloatVector.fromMemorySegment(S, weights, taps + (long) TAPS * BYTES, ORDER);
        FloatVector zero = FloatVector.zero(S);
        FloatVector even0 = bias, even1 = bias, even2 = bias, even3 = bias;
        FloatVector odd0 = zero, odd1 = zero, odd2 = zero, odd3 = zero;
        for (int ky = fromTap; ky < toTap; ky++) {
            long w = taps + ky * ((long) KERNEL * BYTES);
            long x0 = column + ((firstSlot + ky) & slotMask) * slotBytes;
            FloatVector w0 = FloatVector.fromMemorySegment(S, weights, w, ORDER);
            FloatVector w1 = FloatVector.fromMemorySegment(S, weights, w + BYTES, ORDER);
            FloatVector w2 = FloatVector.fromMemorySegment(S, weights, w + 2L * BYTES, ORDER);
            FloatVector w3 = FloatVector.fromMemorySegment(S, weights, w + 3L * BYTES, ORDER);
            FloatVector w4 = FloatVector.fromMemorySegment(S, weights, w + 4L * BYTES, ORDER);
            FloatVector w5 = FloatVector.fromMemorySegment(S, weights, w + 5L * BYTES, ORDER);
            FloatVector w6 = FloatVector.fromMemorySegment(S, weights, w + 6L * BYTES, ORDER);
            FloatVector x = FloatVector.fromMemorySegment(S, ring, x0, ORDER);
            even0 = x.fma(w0, even0);
            x = FloatVector.fromMemorySegment(S, ring, x0 + BYTES, ORDER);
            even1 = x.fma(w0, even1);
            odd0 = x.fma(w1, odd0);
            x = FloatVector.fromMemorySegment(S, ring, x0 + 2L * BYTES, ORDER);
            even2 = x.fma(w0, even2);
            odd1 = x.fma(w1, odd1);
            even0 = x.fma(w2, even0);
            x = FloatVector.fromMemorySegment(S, ring, x0 + 3L * BYTES, ORDER);
            even3 = x.fma(w0, even3);
            odd2 = x.fma(w1, odd2);
            even1 = x.fma(w2, even1);
            odd0 = x.fma(w3, odd0);
            x = FloatVector.fromMemorySegment(S, ring, x0 + 4L * BYTES, ORDER);
            odd3 = x.fma(w1, odd3);
            even2 = x.fma(w2, even2);
            odd1 = x.fma(w3, odd1);
            even0 = x.fma(w4, even0);
            x = FloatVector.fromMemorySegment(S, ring, x0 + 5L * BYTES, ORDER);
            even3 = x.fma(w2, even3);
            odd2 = x.fma(w3, odd2);
            even1 = x.fma(w4, even1);
            odd0 = x.fma(w5, odd0);
            x = FloatVector.fromMemorySegment(S, ring, x0 + 6L * BYTES, ORDER);
            odd3 = x.fma(w3, odd3);
            even2 = x.fma(w4, even2);
            odd1 = x.fma(w5, odd1);
            even0 = x.fma(w6, even0);
            x = FloatVector.fromMemorySegment(S, ring, x0 + 7L * BYTES, ORDER);
            even3 = x.fma(w4, even3);
            odd2 = x.fma(w5, odd2);
            even1 = x.fma(w6, even1);
            x = FloatVector.fromMemorySegment(S, ring, x0 + 8L * BYTES, ORDER);
            odd3 = x.fma(w5, odd3);
            even2 = x.fma(w6, even2);
            x = FloatVector.fromMemorySegment(S, ring, x0 + 9L * BYTES, ORDER);
            even3 = x.fma(w6, even3);
        }
        even3.add(odd3).intoMemorySegment(dst, d0 + Math.min(3, pixels - 1) * dStride, ORDER);
        even2.add(odd2).intoMemorySegment(dst, d0 + Math.min(2, pixels - 1) * dStride, ORDER);
        even1.add(odd1).intoMemorySegment(dst, d0 + Math.min(1, pixels - 1) * dStride, ORDER);
        even0.add(odd0).intoMemorySegment(dst, d0, ORDER);
    }

    /** Returns the bytes of a row with its padding. */
    static long slotBytes(int width) {
        return (long) (Math.ceilDiv(width, TILE_PIXELS) * TILE_PIXELS + 2 * PADDING) * Lanes.BYTES;
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
