package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What a stem sees: from planar {@code [N, 3, H, W]} to one row of {@code 3 · kernel · kernel} values for each window, in
 * the order of the convolution's weights. The windows of most stems lie side by side and are called patches.
 */
public final class PatchEmbedding {

    /** Colour channels of an image. */
    public static final int COLOURS = 3;

    private PatchEmbedding() {}

    /**
     * Returns the windows of all images, gathered into scratch memory.
     *
     * @param src     fp32 {@code [N, 3, height, width]}, allocated by an arena, any alignment
     * @param height  rows of an image
     * @param width   pixels of a row
     * @param window  what is seen of it; not dilated
     * @param scratch rows of {@code 3 · kernel · kernel} values, at least as many as are asked for at a time
     */
    public static RowSource patches(MemorySegment src, int height, int width, Window window, Matrix scratch) {
        scratch.requireColumns(COLOURS * window.taps());
        if (window.dilation() != 1) {
            throw new IllegalArgumentException("a stem's windows are not dilated: " + window);
        }
        int edge = window.kernel();
        int columns = window.over(width);
        int perImage = window.over(height) * columns;
        long plane = 4L * height * width;
        return (from, to) -> {
            Matrix dst = scratch.slice(0, to - from);
            int done = 0;
            while (done < dst.rows()) {
                int row = from + done;
                long image = COLOURS * plane * (row / perImage);
                int y = row % perImage / columns * window.stride() - window.before();
                int x = row % columns * window.stride() - window.before();
                int count = 1;
                if (y >= 0 && y + edge <= height && x >= 0 && x + edge <= width) {
                    count = Math.min((width - edge - x) / window.stride() + 1, dst.rows() - done);
                    gather(src, image + 4 * ((long) y * width + x), plane, 4L * width, 4L * window.stride(), edge,
                            dst.slice(done, done + count));
                } else {
                    gatherPadded(src, image, height, width, y, x, edge, dst.memory(), dst.rowOffset(done));
                }
                done += count;
            }
            return dst;
        };
    }

    /**
     * Returns the visible patches of masked images, gathered into scratch memory, in the order of their slots.
     *
     * @param src     fp32 {@code [N, 3, height, width]}, allocated by an arena, any alignment
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
        long stride = 4L * width;
        int area = edge * edge;
        return (from, to) -> {
            Matrix dst = scratch.slice(0, to - from);
            touch(src, table, Math.ceilDiv(from, area), Math.ceilDiv(to, area), plane, stride, edge * patch, dst);
            int done = 0;
            while (done < dst.rows()) {
                int row = from + done;
                int count = Math.min(edge - row % edge, dst.rows() - done);
                long first = start(table, row / area, plane, stride, edge * patch)
                        + patch * (row % area / edge * stride + 4L * (row % edge));
                gather(src, first, plane, stride, 4L * patch, patch, dst.slice(done, done + count));
                done += count;
            }
            return dst;
        };
    }

    /** Returns where a patch of the mask starts, in bytes. */
    private static long start(PatchTable table, int slot, long plane, long stride, int pixels) {
        int patch = table.patch(slot);
        int y = patch % table.cells() / table.gridWidth();
        int x = patch % table.gridWidth();
        return COLOURS * plane * (patch / table.cells()) + pixels * (y * stride + 4L * x);
    }

    /** Brings patches of the mask near, whose rows are too short for processors to guess what comes next. */
    private static void touch(MemorySegment src, PatchTable table, int from, int to, long plane, long stride,
            int pixels, Matrix dst) {
        OffHeap.require(src, dst.memory());
        int read = 0;
        for (int slot = from; slot < to; slot++) {
            long start = start(table, slot, plane, stride, pixels);
            for (int colour = 0; colour < COLOURS; colour++) {
                for (int y = 0; y < pixels; y++) {
                    read |= CacheLines.touch(src, start + colour * plane + y * stride, 4 * pixels);
                }
            }
        }
        dst.memory().set(ValueLayout.JAVA_INT_UNALIGNED, dst.offset(), read);
    }

    private static void gatherPadded(MemorySegment src, long image, int height, int width, int top, int left, int edge,
            MemorySegment dst, long to) {
        OffHeap.require(src, dst);
        for (int i = 0; i < COLOURS * edge * edge; i++) {
            int y = top + i / edge % edge;
            int x = left + i % edge;
            boolean inside = y >= 0 && y < height && x >= 0 && x < width;
            long at = image + 4 * (((long) (i / edge / edge) * height + y) * width + x);
            dst.set(ValueLayout.JAVA_FLOAT, to + 4L * i, inside ? src.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at) : 0);
        }
    }

    /**
     * Gathers windows beside each other, a few columns of all of them after the other, in numbers of eight bytes: with
     * vectors of a second width in the program, HotSpot no longer knows that of the others, and in some processes leaves a
     * register tile's sums on the heap.
     *
     * @param first  where the first window starts, in bytes
     * @param plane  bytes from one colour to the next
     * @param stride bytes from one row of pixels to the next
     * @param step   bytes from one window to the next
     * @param edge   pixels along a window
     * @param dst    one row for each window
     */
    private static void gather(MemorySegment src, long first, long plane, long stride, long step, int edge,
            Matrix dst) {
        long to = dst.offset();
        for (int colour = 0; colour < COLOURS; colour++) {
            for (int ky = 0; ky < edge; ky++) {
                long from = first + colour * plane + ky * stride;
                int kx = 0;
                for (; kx + 3 < edge; kx += 4) {
                    copyFours(src, from + 4L * kx, step, dst.memory(), to, dst.stride(), dst.rows());
                    to += 16;
                }
                for (; kx + 1 < edge; kx += 2) {
                    copyPairs(src, from + 4L * kx, step, dst.memory(), to, dst.stride(), dst.rows());
                    to += 8;
                }
                if (kx < edge) {
                    copyValues(src, from + 4L * kx, step, dst.memory(), to, dst.stride(), dst.rows());
                    to += 4;
                }
            }
        }
    }

    private static void copyFours(MemorySegment src, long from, long step, MemorySegment dst, long to, long stride,
            int count) {
        OffHeap.require(src, dst);
        for (int i = 0; i < count; i++) {
            long left = src.get(ValueLayout.JAVA_LONG_UNALIGNED, from + i * step);
            long right = src.get(ValueLayout.JAVA_LONG_UNALIGNED, from + i * step + 8);
            dst.set(ValueLayout.JAVA_LONG_UNALIGNED, to + i * stride, left);
            dst.set(ValueLayout.JAVA_LONG_UNALIGNED, to + i * stride + 8, right);
        }
    }

    private static void copyPairs(MemorySegment src, long from, long step, MemorySegment dst, long to, long stride,
            int count) {
        OffHeap.require(src, dst);
        for (int i = 0; i < count; i++) {
            dst.set(ValueLayout.JAVA_LONG_UNALIGNED, to + i * stride,
                    src.get(ValueLayout.JAVA_LONG_UNALIGNED, from + i * step));
        }
    }

    private static void copyValues(MemorySegment src, long from, long step, MemorySegment dst, long to, long stride,
            int count) {
        OffHeap.require(src, dst);
        for (int i = 0; i < count; i++) {
            dst.set(ValueLayout.JAVA_INT_UNALIGNED, to + i * stride,
                    src.get(ValueLayout.JAVA_INT_UNALIGNED, from + i * step));
        }
    }
}
