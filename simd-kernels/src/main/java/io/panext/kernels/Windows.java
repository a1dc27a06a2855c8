package io.panext.kernels;

import java.lang.foreign.MemorySegment;

/**
 * The input of a convolution: a row holds the pixels of a window one after the other, in row-major order, zeros for those
 * outside the image.
 */
public final class Windows {

    private Windows() {}

    /** Returns the scratch bytes that hold {@code rows} gathered rows. */
    public static long scratchBytes(int rows, int channels, Window window) {
        return 4L * window.taps() * channels * rows + Lanes.BYTES;
    }

    /**
     * Reorders convolution weights to the order of the gathered rows.
     *
     * @param weights {@code [out, channels, kernel, kernel]}
     * @param taps    {@code kernel * kernel}
     * @return {@code [out, kernel, kernel, channels]}
     */
    public static float[] rowOrder(float[] weights, int channels, int taps) {
        float[] reordered = new float[weights.length];
        for (int i = 0; i < weights.length; i++) {
            int tap = i % taps;
            int channel = i / taps % channels;
            int out = i / (taps * channels);
            reordered[(out * taps + tap) * channels + channel] = weights[i];
        }
        return reordered;
    }

    /**
     * Returns the windows of all images, gathered into scratch memory.
     *
     * @param src     {@code [images * height * width, channels]}, aligned
     * @param height  rows of an image
     * @param width   pixels of a row
     * @param window  what is seen of it
     * @param scratch {@link #scratchBytes} for as many rows as are asked for at a time
     */
    public static RowSource of(Matrix src, int height, int width, Window window, MemorySegment scratch) {
        src.rowsOver(height * width);
        int columns = window.over(width);
        int perImage = window.over(height) * columns;
        long pixelBytes = 4L * src.columns();
        long stride = window.taps() * pixelBytes;
        return (from, to) -> {
            // Ascending: a whole vector may reach into the next pixel, which is written afterwards.
            for (int row = from; row < to; row++) {
                int image = row / perImage * height;
                int top = row % perImage / columns * window.stride() - window.before();
                int left = row % columns * window.stride() - window.before();
                for (int tap = 0; tap < window.taps(); tap++) {
                    int y = top + tap / window.kernel() * window.dilation();
                    int x = left + tap % window.kernel() * window.dilation();
                    long at = (row - from) * stride + tap * pixelBytes;
                    if (y >= 0 && y < height && x >= 0 && x < width) {
                        copy(src.memory(), src.rowOffset((image + y) * width + x), scratch, at, src.columns());
                    } else {
                        clear(scratch, at, src.columns());
                    }
                }
            }
            return new Matrix(scratch, 0, stride, to - from, window.taps() * src.columns());
        };
    }

    private static void copy(MemorySegment src, long from, MemorySegment dst, long to, int channels) {
        for (int v = 0; v < Lanes.vectors(channels); v++) {
            long at = (long) v * Lanes.BYTES;
            Lanes.store(Lanes.load(src, from + at), dst, to + at);
        }
    }

    private static void clear(MemorySegment dst, long to, int channels) {
        for (int v = 0; v < Lanes.vectors(channels); v++) {
            Lanes.store(Lanes.zero(), dst, to + (long) v * Lanes.BYTES);
        }
    }
}
