package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerNormTest {

    static final float EPS = 1e-6f;

    /**
     * Roundings of a value on its way: distance from the first two, mean of a lane, mean, difference, variance of a lane,
     * variance, root, quotient, product, and their sums' share.
     */
    static final int ROUNDINGS = 10;

    @EveryChannelCount
    void agreesWithTheReferenceWhateverTheWorkers(int channels) {
        for (int rows : new int[] {1, 2, 7, 49, 101}) {
            assertNormalised(Sample.values(rows, rows * channels, -2, 3), channels);
        }
    }

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource({"-1e4, 1e4", "-1e-4, 1e-4", "99, 101", "-1e-12, 1e-12"})
    void agreesWithTheReferenceAtEveryMagnitude(float low, float high) {
        assertNormalised(Sample.values(1, 5 * 97, low, high), 97);
    }

    /** Distances from the first channels of a lane are then large, and so are the squares that take each other away. */
    @ParameterizedTest(name = "{0} channels, the first {1} of them apart")
    @CsvSource({"97, 1", "97, 4", "97, 8", "97, 16", "768, 16", "768, 3"})
    void channelsFarFromTheOthersCostFewRoundings(int channels, int apart) {
        float[] values = Sample.values(1, 5 * channels, -1, 1);
        for (int i = 0; i < values.length; i++) {
            values[i] += i % channels < apart ? 1000 : 0;
        }
        double[] x = Reference.exactly(values);
        double[] expected = Reference.layerNorm(x, channels, EPS);
        IntToDoubleFunction allowed = allowed(x, channels);
        // two roundings for each channel of a lane, which the root halves
        double ofVariance = Rounding.UNIT * Lanes.vectors(channels);
        Rounding.assertWithin(i -> allowed.applyAsDouble(i) + ofVariance * Math.abs(expected[i]), expected,
                normalised(values, channels));
    }

    @Test
    void rowsOfOneValueBecomeZeros() {
        for (int channels : new int[] {1, 3, 16, 97, 384}) {
            float[] values = new float[channels];
            Arrays.fill(values, 0.1f);
            GuardedMap map = GuardedMap.of(values, channels);
            new LayerNorm(channels, EPS, Optional.empty()).run(map.matrix(), map.matrix(), Share.ALL);
            for (float value : map.values()) {
                assertEquals(0, value, ROUNDINGS * Rounding.UNIT * 0.1 / Math.sqrt(EPS));
            }
        }
    }

    private static void assertNormalised(float[] values, int channels) {
        double[] x = Reference.exactly(values);
        Rounding.assertWithin(allowed(x, channels), Reference.layerNorm(x, channels, EPS),
                normalised(values, channels));
    }

    private static float[] normalised(float[] values, int channels) {
        LayerNorm norm = new LayerNorm(channels, EPS, Optional.empty());
        return Workers.agree(workers -> {
            GuardedMap src = GuardedMap.of(values, channels);
            GuardedMap dst = GuardedMap.empty(values.length / channels, channels);
            workers.each(share -> norm.run(src.matrix(), dst.matrix(), share));
            assertArrayEquals(values, src.values(), "the input has changed");
            return dst.values();
        });
    }

    /** What is rounded is as large as the values, and is divided by the deviation like them. */
    private static IntToDoubleFunction allowed(double[] x, int channels) {
        return i -> {
            int row = i / channels * channels;
            double largest = 0;
            for (int k = row; k < row + channels; k++) {
                largest = Math.max(largest, Math.abs(x[k]));
            }
            return ROUNDINGS * Rounding.UNIT * largest / Reference.deviation(x, row, channels, EPS);
        };
    }

    @EveryChannelCount
    void weightAndBiasFollowInPlace(int channels) {
        float[] values = Sample.values(1, 53 * channels);
        float[] weight = Sample.values(2, channels);
        float[] bias = Sample.values(3, channels);
        LayerNorm norm = new LayerNorm(channels, EPS, Optional.of(Affine.pack(weight, bias, Arena.ofAuto())));
        float[] actual = Workers.agree(workers -> {
            GuardedMap map = GuardedMap.of(values, channels);
            workers.each(share -> norm.run(map.matrix(), map.matrix(), share));
            return map.values();
        });
        double[] x = Reference.exactly(values);
        double[] expected = Reference.affine(Reference.layerNorm(x, channels, EPS), Reference.exactly(weight),
                Reference.exactly(bias));
        IntToDoubleFunction allowed = allowed(x, channels);
        Rounding.assertWithin(i -> allowed.applyAsDouble(i) + Rounding.UNIT * Math.abs(expected[i]), expected, actual);
    }

    /** The compiled kernel must not sum in another order than the interpreted one. */
    @Test
    void resultsDoNotDependOnHowOftenTheKernelHasRun() {
        int channels = 97;
        LayerNorm norm = new LayerNorm(channels, EPS, Optional.empty());
        GuardedMap src = GuardedMap.of(Sample.values(1, channels), channels);
        GuardedMap dst = GuardedMap.empty(1, channels);
        norm.run(src.matrix(), dst.matrix(), Share.ALL);
        float[] first = dst.values();
        for (int run = 0; run < 20_000; run++) {
            norm.run(src.matrix(), dst.matrix(), Share.ALL);
        }
        assertArrayEquals(Workers.bits(first), Workers.bits(dst.values()));
    }

    @Test
    void nanStaysInItsRow() {
        GuardedMap map = GuardedMap.of(new float[] {1, 2, 3, 4, Float.NaN, 6, 7, 8, 9}, 3);
        new LayerNorm(3, EPS, Optional.empty()).run(map.matrix(), map.matrix(), Share.ALL);
        float[] y = map.values();
        assertArrayEquals(new float[] {Float.NaN, Float.NaN, Float.NaN}, new float[] {y[3], y[4], y[5]});
        assertEquals(0, y[1], ROUNDINGS * Rounding.UNIT);
        assertEquals(0, y[7], ROUNDINGS * Rounding.UNIT * 9);
    }

    @Test
    void mismatchingShapesAreRefused() {
        LayerNorm norm = new LayerNorm(5, EPS, Optional.empty());
        Matrix right = GuardedMap.empty(3, 5).matrix();
        for (Matrix wrong : new Matrix[] {GuardedMap.empty(3, 4).matrix(), GuardedMap.empty(3, 6).matrix(),
                GuardedMap.empty(2, 5).matrix()}) {
            assertThrows(IllegalArgumentException.class, () -> norm.run(right, wrong, Share.ALL));
            assertThrows(IllegalArgumentException.class, () -> norm.run(wrong, right, Share.ALL));
        }
        Affine affine = Affine.pack(new float[4], new float[4], Arena.ofAuto());
        assertThrows(IllegalArgumentException.class, () -> new LayerNorm(5, EPS, Optional.of(affine)));
    }
}
