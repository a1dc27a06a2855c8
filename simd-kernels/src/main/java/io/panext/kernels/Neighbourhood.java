package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The pixels of a masked map that the outputs of one patch see: of the square that reaches {@value #HALO} pixels beyond
 * the patch, those whose patches are visible. They are found once for each patch, and listed for all its channels.
 */
final class Neighbourhood {

    /** How far a kernel reaches. */
    private static final int HALO = DepthwiseConv.KERNEL / 2;

    private static final long ENTRY_BYTES = 8;

    private final Matrix map;
    private final PatchTable table;
    private final int edge;
    private final long rowBytes;
    private final MemorySegment list;
    private int count;
    private int top;
    private int bottom;

    /**
     * @param map      {@code [slots * edge * edge, channels]}, aligned
     * @param table    which patch is in which slot
     * @param edge     pixels along a patch
     * @param rowBytes from one row of the square to the next
     * @param list     {@link #bytes(int)} bytes, written
     */
    Neighbourhood(Matrix map, PatchTable table, int edge, long rowBytes, MemorySegment list) {
        this.map = map;
        this.table = table;
        this.edge = edge;
        this.rowBytes = rowBytes;
        this.list = list;
    }

    /** Returns the bytes of a list. */
    static long bytes(int edge) {
        return ENTRY_BYTES * width(edge) * width(edge);
    }

    /** Returns the pixels along the square around a patch. */
    static int width(int edge) {
        return edge + 2 * HALO;
    }

    /** Lists what the patch in a slot sees. */
    void moveTo(int slot) {
        int patch = table.patch(slot);
        int image = patch / table.cells();
        int row = patch % table.cells() / table.gridWidth();
        int column = patch % table.gridWidth();
        int reach = Math.ceilDiv(HALO, edge);
        count = 0;
        top = width(edge);
        bottom = 0;
        for (int dy = -reach; dy <= reach; dy++) {
            for (int dx = -reach; dx <= reach; dx++) {
                int neighbour = table.slot(image, row + dy, column + dx);
                if (neighbour != PatchTable.MASKED) {
                    add(map.slice(neighbour * edge * edge, (neighbour + 1) * edge * edge), HALO + dy * edge,
                            HALO + dx * edge);
                }
            }
        }
    }

    /** Lists what is seen of a patch whose first pixel has this place in the square, perhaps outside it. */
    private void add(Matrix patch, int firstRow, int firstColumn) {
        int fromRow = Math.max(0, firstRow);
        int toRow = Math.min(width(edge), firstRow + edge);
        int fromColumn = Math.max(0, firstColumn);
        int toColumn = Math.min(width(edge), firstColumn + edge);
        top = Math.min(top, fromRow);
        bottom = Math.max(bottom, toRow);
        for (int y = fromRow; y < toRow; y++) {
            for (int x = fromColumn; x < toColumn; x++) {
                // offsets in units that fit 32 bits: a square has few bytes, a map up to 2^31 rows
                list.set(ValueLayout.JAVA_INT, ENTRY_BYTES * count, (int) (y * rowBytes + (long) x * Lanes.BYTES));
                list.set(ValueLayout.JAVA_INT, ENTRY_BYTES * count + 4,
                        (int) (patch.rowOffset((y - firstRow) * edge + x - firstColumn) / Matrix.ROW_ALIGNMENT));
                count++;
            }
        }
    }

    /** Number of pixels that exist. */
    int count() {
        return count;
    }

    /** Where a pixel belongs in the square, in bytes. */
    long place(int index) {
        return list.get(ValueLayout.JAVA_INT, ENTRY_BYTES * index);
    }

    /** Where a pixel is in the map's memory, in bytes. */
    long position(int index) {
        return (long) list.get(ValueLayout.JAVA_INT, ENTRY_BYTES * index + 4) * Matrix.ROW_ALIGNMENT;
    }

    /** The first row of the square that has pixels. */
    int top() {
        return top;
    }

    /** The row after the last that has pixels. */
    int bottom() {
        return bottom;
    }
}
