package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.function.IntToDoubleFunction;

/** How far fp32 results may be from the {@link Reference}. */
final class Rounding {

    /** The most that rounding to fp32 changes a value, relative to it. */
    static final double UNIT = 0x1p-24;

    private Rounding() {}

    /**
     * Returns the error allowed in a sum of {@code terms} products whose magnitudes sum to {@code magnitude}.
     *
     * <p>The errors of successive roundings have either sign, so that they grow as the square root of their number (Higham
     * and Mary, 2019) and not as the number itself. A missing or doubled term is orders of magnitude larger.
     */
    static double ofSum(int terms, double magnitude) {
        return (1 + Math.sqrt(terms)) * UNIT * magnitude;
    }

    /** Returns absolute values, whose op has the magnitude of the sums. */
    static double[] magnitudes(float[] values) {
        double[] magnitudes = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            magnitudes[i] = Math.abs(values[i]);
        }
        return magnitudes;
    }

    /** Asserts that every value is within the error allowed at its index. NaN never is. */
    static void assertWithin(IntToDoubleFunction allowed, double[] expected, float[] actual) {
        if (expected.length != actual.length) {
            fail(actual.length + " values instead of " + expected.length);
        }
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(actual[i] - expected[i]);
            if (!(error <= allowed.applyAsDouble(i))) {
                fail("value " + i + " is " + actual[i] + " instead of " + expected[i] + ": off by " + error
                        + ", allowed "
                        + allowed.applyAsDouble(i));
            }
        }
    }
}
