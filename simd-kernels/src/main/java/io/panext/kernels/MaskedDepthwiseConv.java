package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;

/**
 * The 7×7 depthwise convolution of masked images: outputs only where patches are visible, and nothing from where they are
 * not. This is the submanifold convolution of sparse networks (Graham et al., 2018) for masks of whole patches.
 *
 * <p>A patch and the pixels that its outputs reach around it form a tile. Which of them exist is found once for each
 * patch, through the {@link PatchTable}; then, for each vector of channels, just those are copied into scratch memory,
 * zeros elsewhere, and the register tile of {@link DepthwiseConv} runs over it without asking. A patch narrower than that
 * tile would waste most of it: there each output goes through the list of the taps that exist.
 */
public final class MaskedDepthwiseConv {

    private static final int HALO = DepthwiseConv.KERNEL / 2;
    private static final long ENTRY_BYTES = 8;

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

    private static boolean fillsTile(int edge) {
        return edge >= DepthwiseConv.TILE_PIXELS;
    }

    /** Returns the scratch bytes that each worker needs for patches of this size. */
    public static long scratchBytes(int edge) {
        return tileBytes(edge) + ENTRY_BYTES * (edge + 2 * HALO) * (edge + 2 * HALO);
    }

    private static long tileBytes(int edge) {
        return slots(edge) * DepthwiseConv.slotBytes(edge);
    }

    /** Rows of the tile, rounded up to the power of two that {@link DepthwiseConv#tile} asks for. */
    private static int slots(int edge) {
        return Integer.highestOneBit(edge + 2 * HALO - 1) << 1;
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
        MemorySegment tile = scratch.asSlice(0, tileBytes(edge));
        MemorySegment pixels = scratch.asSlice(tileBytes(edge), scratchBytes(edge) - tileBytes(edge));
        int slices = Lanes.vectors(conv.channels());
        int end = share.to(table.slots());
        for (int slot = share.from(table.slots()); slot < end; slot++) {
            int count = neighbourhood(table, slot, src, pixels);
            if (fillsTile(edge)) {
                tile.fill((byte) 0);
                for (int slice = 0; slice < slices; slice++) {
                    copy(src, (long) slice * Lanes.BYTES, pixels, count, tile);
                    convolve(tile, slice, dst, slot);
                }
            } else {
                for (int pixel = 0; pixel < edge * edge; pixel++) {
                    int taps = taps(pixels, count, pixel, tile);
                    long to = dst.rowOffset(slot * edge * edge + pixel);
                    for (int slice = 0; slice < slices; slice++) {
                        accumulate(src.memory(), tile, taps, slice, dst.memory(), to);
                    }
                }
            }
        }
    }

    /** Lists, of the pixels of a tile that exist, those that an output sees: offsets of the weights and of the map. */
    private int taps(MemorySegment pixels, int count, int pixel, MemorySegment taps) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            long position = pixels.get(ValueLayout.JAVA_INT, ENTRY_BYTES * i);
            int y = (int) (position / slotBytes) - pixel / edge;
            int x = (int) (position % slotBytes / Lanes.BYTES) - pixel % edge;
            if (y >= 0 && y < DepthwiseConv.KERNEL && x >= 0 && x < DepthwiseConv.KERNEL) {
                taps.set(ValueLayout.JAVA_INT, ENTRY_BYTES * found, (y * DepthwiseConv.KERNEL + x) * Lanes.BYTES);
                taps.set(ValueLayout.JAVA_INT, ENTRY_BYTES * found + 4,
                        pixels.get(ValueLayout.JAVA_INT, ENTRY_BYTES * i + 4));
                found++;
            }
        }
        return found;
    }

    private void accumulate(MemorySegment src, MemorySegment taps, int count, int slice, MemorySegment dst, long to) {
        MemorySegment weights = conv.weights();
        long first = DepthwiseConv.sliceOffset(slice);
        long column = (long) slice * Lanes.BYTES;
        FloatVector even = Lanes.load(weights, first + (long) DepthwiseConv.TAPS * Lanes.BYTES);
        FloatVector odd = Lanes.zero();
        for (int i = 0; i < count; i++) {
            long weight = first + taps.get(ValueLayout.JAVA_INT, ENTRY_BYTES * i);
            long from = column + (long) taps.get(ValueLayout.JAVA_INT, ENTRY_BYTES * i + 4) * Matrix.ROW_ALIGNMENT;
            FloatVector sum = Lanes.load(src, from).fma(Lanes.load(weights, weight), odd);
            odd = even;
            even = sum;
        }
        Lanes.store(even.add(odd), dst, to + column);
    }

    /** Lists the pixels of a tile that exist: offsets of the tile and of the map. Returns their number. */
    private int neighbourhood(PatchTable table, int slot, Matrix src, MemorySegment pixels) {
        int patch = table.patch(slot);
        int image = patch / table.cells();
        int row = patch % table.cells() / table.gridWidth();
        int column = patch % table.gridWidth();
        int reach = Math.ceilDiv(HALO, edge);
        int count = 0;
        for (int dy = -reach; dy <= reach; dy++) {
            for (int dx = -reach; dx <= reach; dx++) {
                int neighbour = table.slot(image, row + dy, column + dx);
                if (neighbour != PatchTable.MASKED) {
                    count = add(src.slice(neighbour * edge * edge, (neighbour + 1) * edge * edge), dy * edge, dx * edge,
                            pixels, count);
                }
            }
        }
        return count;
    }

    /** Lists what a tile sees of a patch that lies so many pixels below and to the right of its own. */
    private int add(Matrix patch, int down, int right, MemorySegment pixels, int count) {
        int next = count;
        for (int y = Math.max(-HALO, down); y < Math.min(edge + HALO, down + edge); y++) {
            for (int x = Math.max(-HALO, right); x < Math.min(edge + HALO, right + edge); x++) {
                // offsets in units that fit 32 bits: a tile has few bytes, a map up to 2^31 rows
                pixels.set(ValueLayout.JAVA_INT, ENTRY_BYTES * next,
                        (int) ((y + HALO) * slotBytes + (long) (x + HALO) * Lanes.BYTES));
                pixels.set(ValueLayout.JAVA_INT, ENTRY_BYTES * next + 4,
                        (int) (patch.rowOffset((y - down) * edge + x - right) / Matrix.ROW_ALIGNMENT));
                next++;
            }
        }
        return next;
    }

    private static void copy(Matrix src, long column, MemorySegment pixels, int count, MemorySegment tile) {
        for (int i = 0; i < count; i++) {
            int to = pixels.get(ValueLayout.JAVA_INT, ENTRY_BYTES * i);
            long from = (long) pixels.get(ValueLayout.JAVA_INT, ENTRY_BYTES * i + 4) * Matrix.ROW_ALIGNMENT;
            Lanes.store(Lanes.load(src.memory(), from + column), tile, to);
        }
    }

    private void convolve(MemorySegment tile, int slice, Matrix dst, int slot) {
        for (int y = 0; y < edge; y++) {
            for (int x = 0; x < edge; x += DepthwiseConv.TILE_PIXELS) {
                DepthwiseConv.tile(tile, (long) x * Lanes.BYTES, y, slots - 1, slotBytes, 0, DepthwiseConv.KERNEL,
                        conv.weights(), DepthwiseConv.sliceOffset(slice), dst.memory(),
                        dst.rowOffset((slot * edge + y) * edge + x) + (long) slice * Lanes.BYTES, dst.stride(),
                        Math.min(DepthwiseConv.TILE_PIXELS, edge - x));
            }
        }
    }
}
