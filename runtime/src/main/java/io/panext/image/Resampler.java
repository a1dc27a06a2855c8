package io.panext.image;

import io.panext.zoo.Preprocessing.Interpolation;
import java.util.Arrays;

/**
 * Pillow's two-pass 8-bit resampling ({@code src/libImaging/Resample.c}), byte for byte: horizontal before vertical,
 * weights and sums with 22 fractional bits, the rows in between rounded to bytes. When shrinking, the filter is as many
 * times wider as the image becomes smaller (antialiasing).
 *
 * <p>Only a window of the resized image is computed, one source row after the other: the memory taken depends on the
 * window and on the source's edges, not on the size of the resized image.
 */
final class Resampler {
    private static final int FRACTION_BITS = 22;
    private static final int HALF = 1 << (FRACTION_BITS - 1);

    private Resampler() {}

    /**
     * One axis of a window.
     *
     * @param size   length of the whole resized image along this axis
     * @param start  where the window begins in it
     * @param length pixels of the window, all of them within the resized image
     */
    record Span(long size, long start, int length) {}

    /** Returns the window {@code x} × {@code y} of the source as resized to {@code x.size} × {@code y.size}. */
    static RgbImage resize(RgbImage src, Span x, Span y, Interpolation interpolation) {
        Taps[] columns = Taps.of(src.width(), x, interpolation);
        Taps[] rows = Taps.of(src.height(), y, interpolation);
        int stride = RgbImage.CHANNELS * x.length;
        int[] line = new int[stride];
        int[] sums = new int[y.length * stride];
        Arrays.fill(sums, HALF);
        int begin = 0;
        for (int row = rows[0].first; row < rows[y.length - 1].end(); row++) {
            resizeRow(src, row, columns, line);
            // taps move down with the output row, so the rows that this one adds to are neighbours
            while (rows[begin].end() <= row) {
                begin++;
            }
            for (int i = begin; i < y.length && rows[i].first <= row; i++) {
                add(line, rows[i].weights[row - rows[i].first], sums, i * stride);
            }
        }
        byte[] dst = new byte[sums.length];
        for (int i = 0; i < dst.length; i++) {
            dst[i] = (byte) toByte(sums[i]);
        }
        return new RgbImage(x.length, y.length, dst);
    }

    private static void resizeRow(RgbImage src, int row, Taps[] columns, int[] line) {
        byte[] pixels = src.pixels();
        int origin = RgbImage.CHANNELS * row * src.width();
        for (int x = 0; x < columns.length; x++) {
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            int p = origin + RgbImage.CHANNELS * columns[x].first;
            for (int weight : columns[x].weights) {
                red += weight * (pixels[p] & 0xFF);
                green += weight * (pixels[p + 1] & 0xFF);
                blue += weight * (pixels[p + 2] & 0xFF);
                p += RgbImage.CHANNELS;
            }
            int i = RgbImage.CHANNELS * x;
            line[i] = toByte(red);
            line[i + 1] = toByte(green);
            line[i + 2] = toByte(blue);
        }
    }

    private static void add(int[] line, int weight, int[] sums, int offset) {
        for (int i = 0; i < line.length; i++) {
            sums[offset + i] += weight * line[i];
        }
    }

    private static int toByte(int sum) {
        return Math.clamp(sum >> FRACTION_BITS, 0, 255);
    }

    /**
     * The source pixels that one output pixel is the weighted sum of. Where the size does not change they are one pixel
     * of weight 1 and neighbours of weight 0, so such a pass needs no case of its own.
     */
    private static final class Taps {
        private final int first;
        private final int[] weights;

        private Taps(int first, int[] weights) {
            this.first = first;
            this.weights = weights;
        }

        static Taps[] of(int srcSize, Span dst, Interpolation interpolation) {
            double scale = (double) srcSize / dst.size;
            double filterScale = Math.max(scale, 1);
            double support = support(interpolation) * filterScale;
            double step = 1 / filterScale;
            Taps[] taps = new Taps[dst.length];
            for (int i = 0; i < taps.length; i++) {
                double centre = (dst.start + i + 0.5) * scale;
                int first = Math.max(0, (int) (centre - support + 0.5));
                int end = Math.min(srcSize, (int) (centre + support + 0.5));
                double[] exact = new double[end - first];
                double sum = 0;
                for (int t = 0; t < exact.length; t++) {
                    exact[t] = filter(interpolation, (t + first - centre + 0.5) * step);
                    sum += exact[t];
                }
                int[] weights = new int[exact.length];
                for (int t = 0; t < exact.length; t++) {
                    weights[t] = fixed(exact[t] / sum);
                }
                taps[i] = new Taps(first, weights);
            }
            return taps;
        }

        int end() {
            return first + weights.length;
        }

        /** Rounds half away from zero. */
        private static int fixed(double weight) {
            return (int) (weight * (1 << FRACTION_BITS) + Math.copySign(0.5, weight));
        }

        private static double support(Interpolation interpolation) {
            return switch (interpolation) {
                case BILINEAR -> 1;
                case BICUBIC -> 2;
            };
        }

        private static double filter(Interpolation interpolation, double distance) {
            double x = Math.abs(distance);
            return switch (interpolation) {
                case BILINEAR -> Math.max(0, 1 - x);
                case BICUBIC -> cubic(x);
            };
        }

        /** Keys, "Cubic convolution interpolation for digital image processing", 1981, equation 4. */
        private static double cubic(double x) {
            double a = -0.5;
            if (x < 1) {
                return ((a + 2) * x - (a + 3)) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
        }
    }
}
