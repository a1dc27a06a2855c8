package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class AffineTest {

    @EveryChannelCount
    void isRoundedOnceWhereProductsAreFused(int channels) {
        float[] scale = Sample.values(1, channels);
        float[] shift = Sample.values(2, channels);
        Affine affine = Affine.pack(scale, shift, Arena.ofAuto());
        for (int rows : new int[] {1, 2, 13, 32, 70}) {
            float[] values = Sample.values(3, rows * channels);
            float[] actual = Workers.agree(workers -> {
                GuardedMap map = GuardedMap.of(values, channels);
                workers.each(share -> affine.run(map.matrix(), map.matrix(), share));
                return map.values();
            });
            double[] expected = Reference.affine(Reference.exactly(values), Reference.exactly(scale),
                    Reference.exactly(shift));
            double product = Lanes.FUSED ? 0 : Rounding.UNIT;
            Rounding.assertWithin(i -> Rounding.UNIT * Math.abs(expected[i])
                    + product * Math.abs(values[i] * (double) scale[i % channels]), expected, actual);
        }
    }

    @Test
    void mismatchingShapesAreRefused() {
        Affine affine = Affine.pack(new float[5], new float[5], Arena.ofAuto());
        assertThrows(IllegalArgumentException.class,
                () -> affine.run(GuardedMap.empty(2, 4).matrix(), GuardedMap.empty(2, 4).matrix(), Share.ALL));
        assertThrows(IllegalArgumentException.class,
                () -> affine.run(GuardedMap.empty(2, 6).matrix(), GuardedMap.empty(2, 6).matrix(), Share.ALL));
        assertThrows(IllegalArgumentException.class, () -> Affine.pack(new float[5], new float[4], Arena.ofAuto()));
    }
}
