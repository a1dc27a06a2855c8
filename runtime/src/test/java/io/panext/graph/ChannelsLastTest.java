package io.panext.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.panext.zoo.Parameter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChannelsLastTest {

    /** {@code [2 out, 3 in, 2, 2]}: a value tells its output, input, row and column by its digits. */
    private static final Parameter WEIGHTS = new DerivedParameter("weights", List.of(2, 3, 2, 2),
            (from, dst, count) -> {
                for (int i = 0; i < count; i++) {
                    int at = from + i;
                    dst[i] = 1000 * (at / 12) + 100 * (at / 4 % 3) + 10 * (at / 2 % 2) + at % 2;
                }
            });

    private static final float[] FIRST = {0, 100, 200, 1, 101, 201, 10, 110, 210, 11, 111, 211};

    @Test
    void thePixelsOfAnOutputFollowEachOtherWithAllTheirInputs() {
        Parameter ordered = ChannelsLast.of(WEIGHTS);
        assertEquals(List.of(2, 2, 2, 3), ordered.shape());
        assertArrayEquals(FIRST, Arrays.copyOf(ordered.values(), 12));
    }

    @Test
    void anyOutputIsReadIntoTheStartOfAnArray() {
        float[] dst = new float[40];
        ChannelsLast.of(WEIGHTS).read(12, dst, 12);
        for (int i = 0; i < 12; i++) {
            assertEquals(1000 + FIRST[i], dst[i]);
        }
    }

    @Test
    void aPartOfAnOutputIsRefused() {
        Parameter ordered = ChannelsLast.of(WEIGHTS);
        assertThrows(IllegalArgumentException.class, () -> ordered.read(1, new float[12], 12));
        assertThrows(IllegalArgumentException.class, () -> ordered.read(0, new float[12], 11));
    }
}
