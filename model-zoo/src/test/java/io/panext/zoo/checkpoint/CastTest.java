package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CastTest {

    /** Bits of the largest finite value. */
    private static final int LARGEST_F16 = 0x7BFF;
    private static final int LARGEST_BF16 = 0x7F7F;

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void everyHalfComesBackAsItWas(DType half) {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = value(half, bits);
            if (!Float.isNaN(value)) {
                assertEquals(bits, cast(half, value));
            } else {
                assertTrue(Float.isNaN(value(half, cast(half, value))));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void roundsToNearestAndTiesToEven(DType half) {
        int largest = half == DType.F16 ? LARGEST_F16 : LARGEST_BF16;
        for (int bits = 0; bits < largest; bits++) {
            float below = value(half, bits);
            float above = value(half, bits + 1);
            float tie = (float) (((double) below + above) / 2);
            int even = bits + (bits & 1);
            assertEquals(even, cast(half, tie));
            assertEquals(bits, cast(half, Math.nextDown(tie)));
            assertEquals(bits + 1, cast(half, Math.nextUp(tie)));
            assertEquals(even | 0x8000, cast(half, -tie));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F16", "BF16"})
    void doublesAreRoundedOnce(DType half) {
        int largest = half == DType.F16 ? LARGEST_F16 : LARGEST_BF16;
        for (int bits = 0; bits < largest; bits++) {
            double tie = ((double) value(half, bits) + value(half, bits + 1)) / 2;
            assertEquals(bits + (bits & 1), castDouble(half, tie));
            assertEquals(bits, castDouble(half, Math.nextDown(tie)));
            assertEquals(bits + 1 | 0x8000, castDouble(half, -Math.nextUp(tie)));
        }
    }

    @Test
    void doublesBecomeTheNearestFloats() {
        MemorySegment dst = MemorySegment.ofArray(new float[3]);
        Cast cast = new Cast(DType.F64, DType.F32);
        cast.apply(MemorySegment.ofArray(new double[] {Math.PI, Double.NEGATIVE_INFINITY, 1e-300}), 0, dst);
        assertArrayEquals(new float[] {(float) Math.PI, Float.NEGATIVE_INFINITY, 0}, dst.toArray(DType.FLOAT));
        assertEquals(1, cast.zeroed());
        MemorySegment large = MemorySegment.ofArray(new double[] {0, 1e300, 0});
        var problem = assertThrows(ArithmeticException.class, () -> cast.apply(large, 0, dst));
        assertEquals("holds 1.0E300, which F32 cannot", problem.getMessage());
        assertThrows(ArithmeticException.class, () -> castDouble(DType.F16, -1e300));
    }

    @Test
    void whatIsTooLargeIsRefused() {
        assertEquals(LARGEST_F16, cast(DType.F16, Math.nextDown(65520f)));
        var problem = assertThrows(ArithmeticException.class, () -> cast(DType.F16, -65520f));
        assertEquals("holds -65520.0, which F16 cannot", problem.getMessage());
        assertThrows(ArithmeticException.class, () -> cast(DType.BF16, Float.MAX_VALUE));
        assertEquals(0x7C00, cast(DType.F16, Float.POSITIVE_INFINITY));
    }

    @Test
    void whatVanishesIsCounted() {
        Cast cast = new Cast(DType.F32, DType.F16);
        MemorySegment dst = MemorySegment.ofArray(new byte[8]);
        cast.apply(MemorySegment.ofArray(new float[] {0, 1e-9f, -1e-9f, 1e-6f}), 0, dst);
        assertEquals(2, cast.zeroed());
    }

    @Test
    void onlyWeightsAreCast() {
        assertThrows(IllegalArgumentException.class, () -> new Cast(DType.I64, DType.F32));
    }

    private static int cast(DType half, float value) {
        MemorySegment dst = MemorySegment.ofArray(new byte[2]);
        new Cast(DType.F32, half).apply(MemorySegment.ofArray(new float[] {0, value}), 1, dst);
        return Short.toUnsignedInt(dst.get(DType.SHORT, 0));
    }

    private static int castDouble(DType half, double value) {
        MemorySegment dst = MemorySegment.ofArray(new byte[2]);
        new Cast(DType.F64, half).apply(MemorySegment.ofArray(new double[] {0, value}), 1, dst);
        return Short.toUnsignedInt(dst.get(DType.SHORT, 0));
    }

    private static float value(DType half, int bits) {
        MemorySegment src = MemorySegment.ofArray(new short[] {(short) bits});
        MemorySegment dst = MemorySegment.ofArray(new float[1]);
        new Cast(half, DType.F32).apply(src, 0, dst);
        return dst.get(DType.FLOAT, 0);
    }
}
