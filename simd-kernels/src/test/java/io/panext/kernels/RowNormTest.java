package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The norms that do not take the mean away. */
class RowNormTest {

    private static final float EPS = 1e-6f;

    /** Sum, mean, difference, square, their sum's share, root, quotient, product. */
    private static final int ROUNDINGS = 10;

    @EveryChannelCount
    void rmsNormAgreesWithTheReferenceWhateverTheWorkers(int channels) {
        assertNormalised(new RmsNorm(channels, EPS, Optional.empty()), channels,
                x -> Reference.rmsNorm(x, channels, EPS));
    }

    @EveryChannelCount
    void simpleNormAgreesWithTheReferenceWhateverTheWorkers(int channels) {
        if (channels > 1) {
            assertNormalised(new SimpleNorm(channels, EPS, Optional.empty()), channels,
                    x -> Reference.simpleNorm(x, channels, EPS));
        }
    }

    @FunctionalInterface
    private interface Formula {
        double[] of(double[] src);
    }

    private static void assertNormalised(RowNorm norm, int channels, Formula formula) {
        for (int rows : new int[] {1, 7, 49}) {
            float[] values = Sample.values(rows, rows * channels, -2, 3);
            float[] actual = Workers.agree(workers -> {
                GuardedMap src = GuardedMap.of(values, channels);
                GuardedMap dst = GuardedMap.empty(rows, channels);
                workers.each(share -> norm.run(src.matrix(), dst.matrix(), share));
                assertArrayEquals(values, src.values(), "the input has changed");
                return dst.values();
            });
            double[] expected = formula.of(Reference.exactly(values));
            Rounding.assertWithin(i -> allowed(expected, i, channels), expected, actual);
        }
    }

    /** Of two or three nearly equal channels the variance loses digits, as many as the result is large. */
    private static double allowed(double[] expected, int index, int channels) {
        double largest = 1;
        for (int i = index / channels * channels; i < (index / channels + 1) * channels; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        return ROUNDINGS * Rounding.UNIT * largest * Math.abs(expected[index]);
    }

    @Test
    void theWeightFollows() {
        float[] weight = {2, 3, 4};
        Affine affine = Affine.pack(weight, new float[3], Arena.ofAuto());
        GuardedMap plain = GuardedMap.of(new float[] {1, 2, -3}, 3);
        GuardedMap scaled = GuardedMap.of(new float[] {1, 2, -3}, 3);
        new RmsNorm(3, EPS, Optional.empty()).run(plain.matrix(), plain.matrix(), Share.ALL);
        new RmsNorm(3, EPS, Optional.of(affine)).run(scaled.matrix(), scaled.matrix(), Share.ALL);
        float[] values = plain.values();
        assertArrayEquals(new float[] {2 * values[0], 3 * values[1], 4 * values[2]}, scaled.values());
    }

    @Test
    void mismatchingShapesAreRefused() {
        RowNorm norm = new SimpleNorm(5, EPS, Optional.empty());
        Matrix right = GuardedMap.empty(3, 5).matrix();
        Matrix wrong = GuardedMap.empty(3, 4).matrix();
        assertThrows(IllegalArgumentException.class, () -> norm.run(right, wrong, Share.ALL));
        assertThrows(IllegalArgumentException.class, () -> norm.run(wrong, right, Share.ALL));
        Affine affine = Affine.pack(new float[4], new float[4], Arena.ofAuto());
        assertThrows(IllegalArgumentException.class, () -> new RmsNorm(5, EPS, Optional.of(affine)));
    }
}
