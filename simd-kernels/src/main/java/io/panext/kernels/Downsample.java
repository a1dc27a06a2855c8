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
        return 4L * CELLS * channels * rows + Lanes.BYTES;
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
        long cellBytes = 4L * src.columns();
        long stride = CELLS * cellBytes;
        return (from, to) -> {
            // Ascending: a whole vector may reach into the next cell, which is written afterwards.
            for (int row = from; row < to; row++) {
                int image = row / perImage;
                int y = row % perImage / columns;
                int x = row % columns;
                for (int cell = 0; cell < CELLS; cell++) {
                    int pixel = (image * height + y * KERNEL + cell / KERNEL) * width + x * KERNEL + cell % KERNEL;
                    Matrix pixelIn = src.slice(pixel, pixel + 1);
                    Matrix pixelOut = new Matrix(scratch, (row - from) * stride + cell * cellBytes, stride, 1,
                            src.columns());
                    norm.ifPresentOrElse(rowNorm -> rowNorm.run(pixelIn, pixelOut, Share.ALL),
                            () -> Copy.rows(pixelIn, pixelOut));
                }
            }
            return new Matrix(scratch, 0, stride, to - from, CELLS * src.columns());
        };
    }
}
