package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The stem's patches: from planar {@code [N, 3, H, W]} to one row of {@code 3 · patch · patch} values for each patch, in
 * the order of the convolution's weights. Rows and columns that do not fill a patch are dropped.
 */
public final class PatchEmbedding {

    /** Colour channels of an image. */
    public static final int COLOURS = 3;

    private static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

    private PatchEmbedding() {}

    /**
     * Returns the patches of all images, gathered into scratch memory.
     *
     * @param src     fp32 {@code [N, 3, height, width]}, any alignment
     * @param height  rows of an image
     * @param width   pixels of a row
     * @param patch   edge of a patch
     * @param scratch rows of {@code 3 · patch · patch} values, at least as many as are asked for at a time
     */
    public static RowSource patches(MemorySegment src, int height, int width, int patch, Matrix scratch) {
        scratch.requireColumns(COLOURS * patch * patch);
        int columns = width / patch;
        int perImage = height / patch * columns;
        long plane = 4L * height * width;
        return (from, to) -> {
            Matrix dst = scratch.slice(0, to - from);
            for (int row = from; row < to; row++) {
                int image = row / perImage;
                int y = row % perImage / columns;
                int x = row % columns;
                long first = COLOURS * plane * image + 4L * patch * ((long) y * width + x);
                gather(src, first, plane, 4L * width, patch, dst.memory(), dst.rowOffset(row - from));
            }
            return dst;
        };
    }

    /**
     * Returns the visible patches of masked images, gathered into scratch memory, in the order of their slots.
     *
     * @param src     fp32 {@code [N, 3, height, width]}, any alignment
     * @param height  rows of an image
     * @param width   pixels of a row
     * @param patch   edge of an embedded patch
     * @param edge    embedded patches along a patch of the mask
     * @param table   which patch of the mask is in which slot
     * @param scratch as for {@link #patches}
     */
    public static RowSource visiblePatches(MemorySegment src, int height, int width, int patch, int edge,
            PatchTable table, Matrix scratch) {
        scratch.requireColumns(COLOURS * patch * patch);
        long plane = 4L * height * width;
        int area = edge * edge;
        return (from, to) -> {
            Matrix dst = scratch.slice(0, to - from);
            for (int row = from; row < to; row++) {
                int masked = table.patch(row / area);
                int image = masked / table.cells();
                int y = masked % table.cells() / table.gridWidth() * edge + row % area / edge;
                int x = masked % table.gridWidth() * edge + row % edge;
                long first = COLOURS * plane * image + 4L * patch * ((long) y * width + x);
                gather(src, first, plane, 4L * width, patch, dst.memory(), dst.rowOffset(row - from));
            }
            return dst;
        };
    }

    private static void gather(MemorySegment src, long first, long plane, long stride, int patch, MemorySegment dst,
            long to) {
        long at = to;
        for (int colour = 0; colour < COLOURS; colour++) {
            for (int ky = 0; ky < patch; ky++) {
                copy(src, first + colour * plane + ky * stride, dst, at, patch);
                at += 4L * patch;
            }
        }
    }

    /** Copies a few values: four at a time, which is all there is of the usual patch. */
    private static void copy(MemorySegment src, long from, MemorySegment dst, long to, int count) {
        int fours = count / FOUR.length() * FOUR.length();
        for (int i = 0; i < fours; i += FOUR.length()) {
            FloatVector.fromMemorySegment(FOUR, src, from + 4L * i, Lanes.ORDER).intoMemorySegment(dst, to + 4L * i,
                    Lanes.ORDER);
        }
        for (int i = fours; i < count; i++) {
            dst.set(ValueLayout.JAVA_FLOAT, to + 4L * i, src.get(ValueLayout.JAVA_FLOAT_UNALIGNED, from + 4L * i));
        }
    }
}
