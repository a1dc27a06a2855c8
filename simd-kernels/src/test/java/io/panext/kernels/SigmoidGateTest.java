package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigmoidGateTest {

    private static final int GRID = 100_001;
    private static final float GRID_EDGE = 12;

    /** A few roundings of the result, those of the exponent included, which reaches 2⁵ here. */
    private static final double RELATIVE = 40 * Rounding.UNIT;

    /** What vanishes, vanishes below this. */
    private static final double ABSOLUTE = 1e-7;

    @ParameterizedTest
    @EnumSource
    void agreesWithItsFormulaOnADenseGrid(SigmoidGate gate) {
        float[] x = new float[GRID];
        for (int i = 0; i < GRID; i++) {
            x[i] = (float) (GRID_EDGE * (2.0 * i / (GRID - 1) - 1));
        }
        double[] expected = expected(gate, x);
        Rounding.assertWithin(i -> ABSOLUTE + RELATIVE * Math.abs(expected[i]), expected, run(gate, x));
    }

    @ParameterizedTest
    @EnumSource
    void isRelativelyExactAroundZero(SigmoidGate gate) {
        float[] x = Sample.values(1, 1000, -1e-3f, 1e-3f);
        double[] expected = expected(gate, x);
        Rounding.assertWithin(i -> RELATIVE * Math.abs(expected[i]), expected, run(gate, x));
    }

    @ParameterizedTest
    @EnumSource
    void largeValuesAreKeptOrVanish(SigmoidGate gate) {
        assertArrayEquals(new float[] {1e4f, 1e30f, 0, 0, 0}, run(gate, 1e4f, 1e30f, -1e4f, -1e30f, 0), 1e-7f);
        assertEquals(Float.NaN, run(gate, Float.NaN)[0]);
    }

    @ParameterizedTest
    @EnumSource
    void everyValueIsReplacedOnceWhateverTheWorkers(SigmoidGate gate) {
        for (int channels : new int[] {1, 5, 16, 33, 160}) {
            float[] values = Sample.values(channels, 13 * channels, -6, 6);
            float[] actual = Workers.agree(workers -> {
                GuardedMap map = GuardedMap.of(values, channels);
                workers.each(share -> gate.run(map.matrix(), map.matrix(), share));
                return map.values();
            });
            double[] expected = expected(gate, values);
            Rounding.assertWithin(i -> ABSOLUTE + RELATIVE * Math.abs(expected[i]), expected, actual);
        }
    }

    @Test
    void followsAProduct() {
        LinearCase product = new LinearCase(2, 13, 40, 33);
        GuardedMap src = product.src();
        GuardedMap dst = product.dst();
        product.linear.run(RowSource.of(src.matrix()), dst.matrix(), product.images, Epilogue.NONE, Share.ALL);
        float[] expected = run(SigmoidGate.SILU, dst.values());
        product.linear.run(RowSource.of(src.matrix()), dst.matrix(), product.images, Epilogue.gated(SigmoidGate.SILU),
                Share.ALL);
        assertArrayEquals(expected, dst.values());
    }

    private static double[] expected(SigmoidGate gate, float[] x) {
        return switch (gate) {
            case SILU -> Reference.silu(Reference.exactly(x));
            case GELU_TANH -> Reference.tanhGelu(Reference.exactly(x));
        };
    }

    private static float[] run(SigmoidGate gate, float... values) {
        GuardedMap map = GuardedMap.of(values, values.length);
        gate.run(map.matrix(), map.matrix(), Share.ALL);
        return map.values();
    }
}
