package io.panext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaskTest {

    @ParameterizedTest(name = "{1} of {0} masked")
    @CsvSource({"49, 0, 49", "49, 0.25, 36", "49, 0.6, 19", "49, 0.75, 12", "49, 0.9, 4", "49, 0.99, 1", "9, 0.6, 3",
            "9, 0.95, 1", "1, 0.6, 1"})
    void asManyPatchesAreVisibleAsTheOriginalCodeKeeps(int patches, double ratio, int visible) {
        assertEquals(visible, Mask.visible(patches, ratio));
        assertEquals(visible, Mask.random(1, patches, ratio, 3).visible());
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1, 1.5, Double.NaN, Double.POSITIVE_INFINITY})
    void ratiosThatMaskLessThanNothingOrAllAreRefused(double ratio) {
        var refused = assertThrows(IllegalArgumentException.class, () -> Mask.random(7, 7, ratio, 0));
        assertEquals("mask ratio " + ratio + " is outside [0, 1)", refused.getMessage());
    }

    @Test
    void theSameSeedGivesTheSameMasks() {
        List<Mask> masks = Mask.random(3, 7, 7, 0.6, 5);
        assertEquals(masks, Mask.random(3, 7, 7, 0.6, 5));
        assertEquals(masks.getFirst(), Mask.random(7, 7, 0.6, 5));
        assertNotEquals(masks.get(0), masks.get(1));
        assertNotEquals(masks, Mask.random(3, 7, 7, 0.6, 6));
    }

    @Test
    void everyPatchIsVisibleAboutEquallyOften() {
        int[] seen = new int[49];
        for (Mask mask : Mask.random(2000, 7, 7, 0.6, 1)) {
            for (int patch = 0; patch < 49; patch++) {
                seen[patch] += mask.masked().get(patch) ? 0 : 1;
            }
        }
        // 2000 draws of probability 19/49 have a standard deviation of 22: five of them never happen
        for (int count : seen) {
            assertTrue(Math.abs(count - 2000 * 19 / 49) < 110, count + " times");
        }
    }

    @Test
    void masksThatFitNoGridOrShowNothingAreRefused() {
        List<Boolean> all = Collections.nCopies(4, true);
        assertThrows(IllegalArgumentException.class, () -> new Mask(2, 2, all));
        assertThrows(IllegalArgumentException.class, () -> new Mask(2, 3, List.of(false, true)));
        assertThrows(IllegalArgumentException.class, () -> new Mask(0, 0, List.of()));
        assertThrows(IllegalArgumentException.class, () -> Mask.visible(List.of()));
        assertThrows(IllegalArgumentException.class, () -> Mask.visible(List.of(Mask.none(2, 2), Mask.none(2, 3))));
        assertEquals(4, Mask.none(2, 2).visible());
    }
}
