package io.panext.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The input of a 2×2 convolution with stride 2, each pixel perhaps normalised on its way: a row holds the four pixels of a
 * cell one after the other, in row-major order. An odd last row or column is dropped.
 */
public final class Downsample {

    /** Edge of the kernel, and its stride. */
    public static final int KERNEL = 2;

    private static final int CELLS = KERNEL * KERNEL;

    private Downsample() {}

    /** Returns the scratch bytes that hold {@code rows} gathered rows. */
    public static long scratchBytes(int rows, int channels) {
        return rows * stride(channels);
    }

    /** Returns the bytes from one gathered row to the next: its last pixel is written in whole vectors too. */
    private static long stride(int channels) {
        return (CELLS - 1) * 4L * channels + (long) Lanes.vectors(channels) * Lanes.BYTES;
    }

    /**
     * Returns the cells of all images, gathered into scratch memory.
     *
     * @param src     {@code [images * height * width, channels]}, aligned
     * @param height  rows of an image
     * @param width   pixels of a row
     * @param norm    how a pixel is normalised on its way
     * @param scratch {@link #scratchBytes} for as many rows as are asked for at a time
     */
    public static RowSource cells(Matrix src, int height, int width, Optional<RowNorm> norm,
            MemorySegment scratch) {
        int columns = width / KERNEL;
        int perImage = height / KERNEL * columns;
        int channels = src.columns();
        return (from, to) -> {
            Matrix rows = new Matrix(scratch, 0, stride(channels), to - from, CELLS * channels);
            int next;
            for (int row = from; row < to; row = next) {
                int x = row % columns;
                next = Math.min(to, row + columns - x);
                int y = row / perImage * height + row % perImage / columns * KERNEL;
                Matrix cells = rows.slice(row - from, next - from);
                // Ascending: a whole vector may reach into the same cell's next pixel, which is written afterwards.
                for (int cell = 0; cell < CELLS; cell++) {
                    int first = (y + cell / KERNEL) * width + x * KERNEL + cell % KERNEL;
                    Matrix pixels = src.slice(first, first + KERNEL * (cells.rows() - 1) + 1).every(KERNEL);
                    Matrix place = cells.columns(cell * channels, channels);
                    norm.ifPresentOrElse(rowNorm -> rowNorm.run(pixels, place, Share.ALL),
                            () -> Copy.rows(pixels, place));
                }
            }
            return rows;
        };
    }
}
