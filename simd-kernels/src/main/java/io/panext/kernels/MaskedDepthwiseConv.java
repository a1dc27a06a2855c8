package io.panext.kernels;

import java.lang.foreign.MemorySegment;

/**
 * The 7×7 depthwise convolution of masked images: outputs only where patches are visible, and nothing from where they are
 * not. This is the submanifold convolution of sparse networks (Graham et al., 2018) for masks of whole patches.
 *
 * <p>Which pixels a patch sees is found once for all its channels: its {@link Neighbourhood}. Then, for each vector of
 * channels, just those are copied into scratch memory, zeros elsewhere, and a register tile runs over it without asking.
 * A patch of one pixel is computed from the map itself, tap by tap: no two outputs would share what is copied.
 */
public final class MaskedDepthwiseConv {

    private final DepthwiseConv conv;
    private final int edge;
    private final int slots;
    private final long slotBytes;

    /**
     * @param conv the convolution
     * @param edge pixels along a patch
     */
    public MaskedDepthwiseConv(DepthwiseConv conv, int edge) {
        this.conv = conv;
        this.edge = edge;
        this.slots = slots(edge);
        this.slotBytes = slotBytes(edge);
    }

    /** Bytes of a row of the square. Around one pixel it is what the kernel sees: a place in it is one in the weights. */
    private static long slotBytes(int edge) {
        return edge == 1 ? (long) DepthwiseConv.KERNEL * Lanes.BYTES : DepthwiseConv.slotBytes(edge);
    }

    /** Returns the scratch bytes that each worker needs for patches of this size. */
    public static long scratchBytes(int edge) {
        return squareBytes(edge) + Neighbourhood.bytes(edge);
    }

    private static long squareBytes(int edge) {
        return slots(edge) * slotBytes(edge);
    }

    /** Rows of the square, rounded up to the power of two that {@link DepthwiseConv#tile} asks for. */
    private static int slots(int edge) {
        return Integer.highestOneBit(Neighbourhood.width(edge) - 1) << 1;
    }

    /**
     * Computes the patches of one worker.
     *
     * @param src     {@code [slots * edge * edge, channels]}, aligned
     * @param dst     likewise; not the same memory
     * @param table   which patch is in which slot
     * @param scratch {@link #scratchBytes(int)} bytes of this worker's own
     * @param share   split over patches
     */
    public void run(Matrix src, Matrix dst, PatchTable table, MemorySegment scratch, Share share) {
        src.requireColumns(conv.channels());
        table.requireMap(src, edge * edge);
        dst.requireShape(src.rows(), conv.channels());
        MemorySegment square = scratch.asSlice(0, squareBytes(edge));
        var seen = new Neighbourhood(src, table, edge, slotBytes,
                scratch.asSlice(squareBytes(edge), Neighbourhood.bytes(edge)));
        int end = share.to(table.slots());
        for (int slot = share.from(table.slots()); slot < end; slot++) {
            seen.moveTo(slot);
            Matrix patch = dst.slice(slot * edge * edge, (slot + 1) * edge * edge);
            if (edge == 1) {
                pixel(src, seen, patch);
            } else {
                square.fill((byte) 0);
                for (int slice = 0; slice < Lanes.vectors(conv.channels()); slice++) {
                    copy(src, (long) slice * Lanes.BYTES, seen, square);
                    convolve(square, seen, slice, patch);
                }
            }
        }
    }

    private void pixel(Matrix src, Neighbourhood seen, Matrix dst) {
        int last = Lanes.vectors(conv.channels()) - 1;
        for (int slice = 0; slice <= last; slice += SmallPatches.SLICES) {
            SmallPatches.pixel(src.memory(), seen, conv.weights(), slice, last, dst.memory(), dst.offset());
        }
    }

    private static void copy(Matrix src, long column, Neighbourhood seen, MemorySegment square) {
        for (int i = 0; i < seen.count(); i++) {
            Lanes.store(Lanes.load(src.memory(), seen.position(i) + column), square, seen.place(i));
        }
    }

    /** Rows above the first pixel that exists, and below the last, are left out. */
    private void convolve(MemorySegment square, Neighbourhood seen, int slice, Matrix dst) {
        int top = seen.top();
        int bottom = seen.bottom();
        long taps = DepthwiseConv.sliceOffset(slice);
        long to = dst.offset() + (long) slice * Lanes.BYTES;
        if (edge == 2) {
            SmallPatches.four(square, slotBytes, Math.max(0, top - 1), Math.min(DepthwiseConv.KERNEL, bottom),
                    conv.weights(), taps, dst.memory(), to, dst.stride());
            return;
        }
        for (int y = 0; y < edge; y++) {
            for (int x = 0; x < edge; x += DepthwiseConv.TILE_PIXELS) {
                DepthwiseConv.tile(square, (long) x * Lanes.BYTES, y, slots - 1, slotBytes, Math.max(0, top - y),
                        Math.min(DepthwiseConv.KERNEL, bottom - y), conv.weights(), taps, dst.memory(),
                        to + (y * edge + x) * dst.stride(), dst.stride(),
                        Math.min(DepthwiseConv.TILE_PIXELS, edge - x));
            }
        }
    }
}
