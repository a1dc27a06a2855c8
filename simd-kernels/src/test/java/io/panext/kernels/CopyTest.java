package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class CopyTest {

    @EveryChannelCount
    void valuesSurviveADenseCopyAndBack(int channels) {
        float[] values = Sample.values(1, 3 * channels);
        Matrix dense = new Matrix(Arena.ofAuto().allocate(12L * channels), 0, 4L * channels, 3, channels);
        GuardedMap back = GuardedMap.empty(3, channels);
        Copy.rows(GuardedMap.of(values, channels).matrix(), dense);
        Copy.rows(dense, back.matrix());
        assertArrayEquals(values, back.values());
    }

    @Test
    void mismatchingShapesAreRefused() {
        Matrix src = GuardedMap.empty(3, 5).matrix();
        assertThrows(IllegalArgumentException.class, () -> Copy.rows(src, GuardedMap.empty(2, 5).matrix()));
        assertThrows(IllegalArgumentException.class, () -> Copy.rows(src, GuardedMap.empty(3, 6).matrix()));
    }
}
