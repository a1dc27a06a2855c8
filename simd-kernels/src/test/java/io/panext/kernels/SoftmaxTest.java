package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SoftmaxTest {

    /** Two ulp for the exponential as promised, one for its sum, one for the quotient. */
    private static final int ULPS = 4;

    /** Probabilities that underflow are {@code exp(-87)} rather than zero. */
    private static final double SMALLEST = 1.7e-38;

    @EveryChannelCount
    void agreesWithTheReferenceWhateverTheWorkers(int classes) {
        for (int rows : new int[] {1, 2, 8}) {
            assertProbabilities(Sample.values(rows, rows * classes, -15, 10), classes);
        }
    }

    @Test
    void largeLogitsDoNotOverflow() {
        assertProbabilities(Sample.values(1, 3 * 33, -3e4f, 3e4f), 33);
    }

    private static void assertProbabilities(float[] logits, int classes) {
        float[] actual = Workers.agree(workers -> {
            GuardedMap src = GuardedMap.of(logits, classes);
            GuardedMap dst = GuardedMap.empty(logits.length / classes, classes);
            workers.each(share -> Softmax.run(src.matrix(), dst.matrix(), share));
            assertArrayEquals(logits, src.values(), "the input has changed");
            return dst.values();
        });
        double[] expected = Reference.softmax(Reference.exactly(logits), classes);
        // Rounding the difference from the largest logit is an error relative to it, and of the exponential in all.
        Rounding.assertWithin(i -> Rounding.UNIT * (2 * ULPS - Math.log(Math.max(expected[i], SMALLEST))) * expected[i]
                + SMALLEST, expected, actual);
    }

    @Test
    void probabilitiesMayReplaceTheLogits() {
        GuardedMap map = GuardedMap.of(new float[] {0, (float) Math.log(3)}, 2);
        Softmax.run(map.matrix(), map.matrix(), Share.ALL);
        assertArrayEquals(new float[] {0.25f, 0.75f}, map.values(), 1e-7f);
    }

    /** The compiled kernel must not sum in another order than the interpreted one. */
    @Test
    void resultsDoNotDependOnHowOftenTheKernelHasRun() {
        GuardedMap src = GuardedMap.of(Sample.values(1, 97, -4, 4), 97);
        GuardedMap dst = GuardedMap.empty(1, 97);
        Softmax.run(src.matrix(), dst.matrix(), Share.ALL);
        float[] first = dst.values();
        for (int run = 0; run < 20_000; run++) {
            Softmax.run(src.matrix(), dst.matrix(), Share.ALL);
        }
        assertArrayEquals(Workers.bits(first), Workers.bits(dst.values()));
    }

    @Test
    void nanStaysInItsRow() {
        GuardedMap map = GuardedMap.of(new float[] {1, Float.NaN, 2, 3, 3, 3}, 3);
        Softmax.run(map.matrix(), map.matrix(), Share.ALL);
        float[] y = map.values();
        assertArrayEquals(new float[] {Float.NaN, Float.NaN, Float.NaN}, new float[] {y[0], y[1], y[2]});
        assertEquals(1f / 3, y[4], 1e-7f);
    }

    @Test
    void minusInfinityHasNoProbabilityThatMatters() {
        GuardedMap map = GuardedMap.of(new float[] {1, Float.NEGATIVE_INFINITY}, 2);
        Softmax.run(map.matrix(), map.matrix(), Share.ALL);
        assertArrayEquals(new float[] {1, 0}, map.values(), (float) SMALLEST);
    }

    @Test
    void mismatchingShapesAreRefused() {
        Matrix src = GuardedMap.empty(3, 5).matrix();
        assertThrows(IllegalArgumentException.class,
                () -> Softmax.run(src, GuardedMap.empty(3, 4).matrix(), Share.ALL));
        assertThrows(IllegalArgumentException.class,
                () -> Softmax.run(src, GuardedMap.empty(2, 5).matrix(), Share.ALL));
    }
}
