package io.panext.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreprocessingTest {

    private static final List<Float> MEAN = Preprocessing.IMAGENET_MEAN;
    private static final List<Float> STD = Preprocessing.IMAGENET_STD;

    @Test
    void changesOnlyTheSize() {
        Preprocessing larger = Preprocessing.IMAGENET_224.withSize(288, 320);
        assertEquals(new Preprocessing(288, 320, 0.875, Interpolation.BICUBIC, CropMode.CENTER, MEAN, STD), larger);
    }

    @Test
    void refusesWhatNoImageCanBePreparedWith() {
        refuses(0, 224, 1, MEAN, STD);
        refuses(224, -1, 1, MEAN, STD);
        refuses(40_000, 40_000, 1, MEAN, STD);
        refuses(1 << 16, 1 << 16, 1, MEAN, STD);
        refuses(224, 224, 0, MEAN, STD);
        refuses(224, 224, 1.01, MEAN, STD);
        refuses(224, 224, Double.NaN, MEAN, STD);
        refuses(224, 224, 1, List.of(0.5f), STD);
        refuses(224, 224, 1, MEAN, List.of(0.5f, 0f, 0.5f));
        refuses(224, 224, 1, List.of(0.5f, Float.NaN, 0.5f), STD);
    }

    private static void refuses(int height, int width, double cropPct, List<Float> mean, List<Float> std) {
        assertThrows(IllegalArgumentException.class, () -> new Preprocessing(height, width, cropPct,
                Interpolation.BICUBIC, CropMode.CENTER, mean, std));
    }
}
