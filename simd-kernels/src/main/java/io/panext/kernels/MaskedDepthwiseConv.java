package io.panext.kernels;

import java.lang.foreign.MemorySegment;

/**
 * The 7×7 depthwise convolution of masked images: outputs only where patches are visible, and nothing from where they are
 * not. This is the submanifold convolution of sparse networks (Graham et al., 2018) for masks of whole patches.
 *
 * <p>Which pixels a patch sees is found once for all its channels: its {@link Neighbourhood}. Then, for each vector of
 * channels, just those are copied into scratch memory, zeros elsewhere, and a register tile runs over it without asking.
 * {@link SmallPatches} are computed from the map itself.
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
        this.slotBytes = DepthwiseConv.slotBytes(edge);
    }

    /** Returns the scratch bytes that each worker needs for patches of this size. */
    public static long scratchBytes(int edge) {
        return edge <= SmallPatches.EDGE
                ? SmallPatches.scratchBytes(edge)
                : squareBytes(edge) + Neighbourhood.bytes(edge);
    }

    private static long squareBytes(int edge) {
        return slots(edge) * DepthwiseConv.slotBytes(edge);
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
        int from = share.from(table.slots());
        int to = share.to(table.slots());
        if (edge <= SmallPatches.EDGE) {
            new SmallPatches(conv, edge).run(src, dst, table, scratch, from, to);
            return;
        }
        MemorySegment square = scratch.asSlice(0, squareBytes(edge));
        var seen = new Neighbourhood(src, table, edge, slotBytes,
                scratch.asSlice(squareBytes(edge), Neighbourhood.bytes(edge)));
        for (int slot = from; slot < to; slot++) {
            seen.moveTo(slot);
            square.fill((byte) 0);
            Matrix patch = dst.slice(slot * edge * edge, (slot + 1) * edge * edge);
            for (int slice = 0; slice < Lanes.vectors(conv.channels()); slice++) {
                copy(src, (long) slice * Lanes.BYTES, seen, square);
                convolve(square, seen, slice, patch);
            }
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
