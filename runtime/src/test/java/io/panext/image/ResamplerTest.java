package io.panext.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.panext.image.Resampler.Span;
import io.panext.zoo.Preprocessing.Interpolation;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResamplerTest {
    private static final int[] SIZES = {1, 2, 3, 5, 7, 13, 16, 31, 64, 97};

    @ParameterizedTest
    @EnumSource
    void equalsTwoPassesInDoublePrecision(Interpolation interpolation) {
        Random random = new Random(7);
        for (int width : SIZES) {
            for (int height : SIZES) {
                RgbImage src = noise(random, width, height);
                int newWidth = 1 + random.nextInt(120);
                int newHeight = 1 + random.nextInt(120);
                RgbImage dst = Resampler.resize(src, whole(newWidth), whole(newHeight), interpolation);
                RgbImage expected = transpose(
                        reference(transpose(reference(src, newWidth, interpolation)), newHeight, interpolation));
                assertNear(expected, dst, width + "x" + height + " to " + newWidth + "x" + newHeight);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWindowIsAPartOfTheWhole(Interpolation interpolation) {
        RgbImage src = noise(new Random(8), 50, 41);
        RgbImage whole = Resampler.resize(src, whole(33), whole(70), interpolation);
        RgbImage window = Resampler.resize(src, new Span(33, 9, 11), new Span(70, 60, 10), interpolation);
        for (int y = 0; y < 10; y++) {
            for (int x = 0; x < 3 * 11; x++) {
                assertEquals(whole.pixels()[3 * (60 + y) * 33 + 27 + x], window.pixels()[3 * y * 11 + x]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anUnchangedSizeIsACopy(Interpolation interpolation) {
        RgbImage src = noise(new Random(9), 37, 23);
        assertArrayEquals(src.pixels(),
                Resampler.resize(src, whole(37), whole(23), interpolation).pixels());
    }

    @Test
    void aFlatImageStaysFlat() {
        RgbImage src = new RgbImage(3, 4, new byte[36]);
        Arrays.fill(src.pixels(), (byte) 200);
        byte[] dst = Resampler.resize(src, whole(11), whole(2), Interpolation.BICUBIC).pixels();
        for (byte value : dst) {
            assertEquals(200, value & 0xFF);
        }
    }

    /** One pass over the rows, by the definition: exact weights, rounded once. */
    private static RgbImage reference(RgbImage src, int width, Interpolation interpolation) {
        byte[] dst = new byte[3 * width * src.height()];
        double scale = (double) src.width() / width;
        double stretch = Math.max(scale, 1);
        double support = (interpolation == Interpolation.BICUBIC ? 2 : 1) * stretch;
        for (int i = 0; i < dst.length; i++) {
            int row = i / (3 * width) * src.width();
            double centre = (i / 3 % width + 0.5) * scale;
            double sum = 0;
            double total = 0;
            for (int x = 0; x < src.width(); x++) {
                if (x >= (int) (centre - support + 0.5) && x < (int) (centre + support + 0.5)) {
                    double weight = filter(Math.abs(x + 0.5 - centre) / stretch, interpolation);
                    sum += weight * (src.pixels()[3 * (row + x) + i % 3] & 0xFF);
                    total += weight;
                }
            }
            dst[i] = (byte) Math.clamp(Math.round(sum / total), 0, 255);
        }
        return new RgbImage(width, src.height(), dst);
    }

    private static double filter(double x, Interpolation interpolation) {
        if (interpolation == Interpolation.BILINEAR) {
            return Math.max(0, 1 - x);
        }
        if (x < 1) {
            return 1.5 * x * x * x - 2.5 * x * x + 1;
        }
        return x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0;
    }

    /** Exact halves may round either way in each of the two passes. */
    private static void assertNear(RgbImage expected, RgbImage actual, String name) {
        assertEquals(expected.width(), actual.width());
        assertEquals(expected.height(), actual.height());
        for (int i = 0; i < expected.pixels().length; i++) {
            assertEquals(expected.pixels()[i] & 0xFF, actual.pixels()[i] & 0xFF, 2, name);
        }
    }

    private static RgbImage transpose(RgbImage image) {
        return ExifOrientation.LEFT_TOP.apply(image);
    }

    private static RgbImage noise(Random random, int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        random.nextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    private static Resampler.Span whole(int size) {
        return new Resampler.Span(size, 0, size);
    }
}
