package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.function.IntPredicate;

/**
 * Which patch is where in the maps of masked images. Each image is cut into a grid of square patches; a masked map holds
 * the visible ones alone, slot after slot: image by image, row by row, whatever the size of a patch at that stage.
 */
public final class PatchTable {

    /** The slot of a patch that is masked, or outside the image. */
    public static final int MASKED = -1;

    private final MemorySegment slots;
    private final MemorySegment patches;
    private final int images;
    private final int gridHeight;
    private final int gridWidth;

    /**
     * Views memory as a table, whatever is in it.
     *
     * @param table      {@code [1, ints(images, gridHeight * gridWidth, visible)]}
     * @param images     number of images
     * @param gridHeight rows of patches of an image
     * @param gridWidth  patches of a row
     */
    public PatchTable(Matrix table, int images, int gridHeight, int gridWidth) {
        int cells = Math.multiplyExact(images, gridHeight * gridWidth);
        if (table.rows() != 1 || table.columns() <= cells) {
            throw new IllegalArgumentException("no table of " + cells + " patches: " + table.columns() + " values");
        }
        this.slots = table.memory().asSlice(table.offset(), 4L * cells);
        this.patches = table.memory().asSlice(table.offset() + 4L * cells, 4L * (table.columns() - cells));
        this.images = images;
        this.gridHeight = gridHeight;
        this.gridWidth = gridWidth;
    }

    /** Returns how many 32-bit values a table takes. */
    public static int ints(int images, int cells, int visible) {
        return Math.addExact(Math.multiplyExact(images, cells), visible);
    }

    /**
     * Writes the table.
     *
     * @param visible whether a patch is visible, by image, row and column as one index
     * @throws IllegalArgumentException if another number of patches is visible than the table has slots
     */
    public void fill(IntPredicate visible) {
        int slot = 0;
        for (int patch = 0; patch < images * cells(); patch++) {
            boolean seen = visible.test(patch);
            if (seen && slot < slots()) {
                patches.setAtIndex(ValueLayout.JAVA_INT, slot, patch);
            }
            slots.setAtIndex(ValueLayout.JAVA_INT, patch, seen ? slot : MASKED);
            slot += seen ? 1 : 0;
        }
        if (slot != slots()) {
            throw new IllegalArgumentException(slot + " patches are visible instead of " + slots());
        }
    }

    /** Number of images. */
    public int images() {
        return images;
    }

    /** Patches of an image, visible and masked. */
    public int cells() {
        return gridHeight * gridWidth;
    }

    /** Patches of a row of the grid. */
    int gridWidth() {
        return gridWidth;
    }

    /** Number of visible patches. */
    public int slots() {
        return (int) (patches.byteSize() / 4);
    }

    /** Returns the patch in a slot: image, row and column as one index. */
    int patch(int slot) {
        int patch = patches.getAtIndex(ValueLayout.JAVA_INT, slot);
        return Objects.checkIndex(patch, images * cells());
    }

    /** Returns the slot of a patch by its index, or {@link #MASKED}. */
    int slot(int patch) {
        return slots.getAtIndex(ValueLayout.JAVA_INT, patch);
    }

    /** Returns the slot of a patch, or {@link #MASKED} if there is none. */
    int slot(int image, int row, int column) {
        return row < 0 || row >= gridHeight || column < 0 || column >= gridWidth
                ? MASKED
                : slot(image * cells() + row * gridWidth + column);
    }

    void requireMap(Matrix map, int patchPixels) {
        if (map.rows() != slots() * patchPixels) {
            throw new IllegalArgumentException(map.rows() + " rows for " + slots() + " patches of " + patchPixels
                    + " pixels");
        }
    }
}
