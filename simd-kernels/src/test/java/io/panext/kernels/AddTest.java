package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class AddTest {

    @EveryChannelCount
    void sumsAreExactlyRounded(int channels) {
        for (int rows : new int[] {1, 2, 13}) {
            float[] a = Sample.values(1, rows * channels);
            float[] b = Sample.values(2, rows * channels);
            float[] actual = Workers.agree(workers -> {
                GuardedMap dst = GuardedMap.empty(rows, channels);
                workers.each(share -> Add.run(GuardedMap.of(a, channels).matrix(), GuardedMap.of(b, channels).matrix(),
                        dst.matrix(), share));
                return dst.values();
            });
            double[] expected = Reference.add(Reference.exactly(a), Reference.exactly(b));
            Rounding.assertWithin(i -> Rounding.UNIT * Math.abs(expected[i]), expected, actual);
        }
    }

    @Test
    void theResultMayReplaceEitherTerm() {
        GuardedMap a = GuardedMap.of(new float[] {1, 2, 3}, 3);
        GuardedMap b = GuardedMap.of(new float[] {10, 20, 30}, 3);
        Add.run(a.matrix(), b.matrix(), a.matrix(), Share.ALL);
        assertArrayEquals(new float[] {11, 22, 33}, a.values());
        Add.run(a.matrix(), b.matrix(), b.matrix(), Share.ALL);
        assertArrayEquals(new float[] {21, 42, 63}, b.values());
    }

    @Test
    void termsOfOtherShapesAreRefused() {
        Matrix dst = GuardedMap.empty(4, 5).matrix();
        for (Matrix other : new Matrix[] {GuardedMap.empty(3, 5).matrix(), GuardedMap.empty(4, 4).matrix(),
                GuardedMap.empty(4, 6).matrix()}) {
            assertThrows(IllegalArgumentException.class, () -> Add.run(other, dst, dst, Share.ALL));
            assertThrows(IllegalArgumentException.class, () -> Add.run(dst, other, dst, Share.ALL));
            assertThrows(IllegalArgumentException.class, () -> Add.run(dst, dst, other, Share.ALL));
        }
    }
}
