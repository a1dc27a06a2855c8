package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class GeluTest {

    /** What the classes promise. */
    static final double TOLERANCE = GeluTable.FITS ? 4e-7 : 1e-6;

    private static final int GRID = 100_001;
    private static final float GRID_EDGE = 12;

    @Test
    void isWithinItsPromiseOnADenseGrid() {
        float[] x = new float[GRID];
        for (int i = 0; i < GRID; i++) {
            x[i] = (float) (GRID_EDGE * (2.0 * i / (GRID - 1) - 1));
        }
        Rounding.assertWithin(_ -> TOLERANCE, Reference.gelu(Reference.exactly(x)), gelu(x));
    }

    @Test
    void isRelativelyExactAroundZero() {
        float[] x = Sample.values(1, 1000, -1e-3f, 1e-3f);
        double[] expected = Reference.gelu(Reference.exactly(x));
        Rounding.assertWithin(i -> TOLERANCE * Math.abs(expected[i]), expected, gelu(x));
    }

    @Test
    void zeroStaysZero() {
        assertArrayEquals(new float[] {0, 0}, gelu(0f, -0f), 0f);
    }

    @Test
    void largeValuesAreKeptOrBecomeZero() {
        assertArrayEquals(new float[] {6, 1e4f, Float.MAX_VALUE, 0, 0, 0},
                gelu(6, 1e4f, Float.MAX_VALUE, -6, -1e4f, -Float.MAX_VALUE), 0f);
    }

    @Test
    void nanStaysNan() {
        assertEquals(Float.NaN, gelu(Float.NaN)[0]);
    }

    /** As in PyTorch: {@code -∞ · Φ(-∞)} is {@code -∞ · 0}. */
    @Test
    void infinitiesFollowTheFormula() {
        assertArrayEquals(new float[] {Float.POSITIVE_INFINITY, Float.NaN},
                gelu(Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY));
    }

    @EveryChannelCount
    void everyValueIsReplacedOnceWhateverTheWorkers(int channels) {
        for (int rows : new int[] {1, 2, 13}) {
            float[] values = Sample.values(rows, rows * channels, -6, 6);
            float[] actual = Workers.agree(workers -> {
                GuardedMap map = GuardedMap.of(values, channels);
                workers.each(share -> Gelu.run(map.matrix(), map.matrix(), share));
                return map.values();
            });
            Rounding.assertWithin(_ -> TOLERANCE, Reference.gelu(Reference.exactly(values)), actual);
        }
    }

    private static float[] gelu(float... values) {
        GuardedMap map = GuardedMap.of(values, values.length);
        Gelu.run(map.matrix(), map.matrix(), Share.ALL);
        return map.values();
    }
}
