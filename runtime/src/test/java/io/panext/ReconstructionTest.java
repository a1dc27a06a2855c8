package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Two patches of 2×2 pixels side by side, the right one masked: planes of two rows of four. */
class ReconstructionTest {

    private static final List<Mask> MASKS = List.of(new Mask(1, 2, List.of(false, true)));

    private static final float[] ORIGINALS = {
            0.1f, 0.2f, 4, 6, 0.3f, 0.4f, 6, 4,
            0.5f, 0.6f, 4, 6, 0.7f, 0.8f, 6, 4,
            0.9f, 1.0f, 4, 6, 1.1f, 1.2f, 6, 4};

    /** Of the left patch, which nobody asked for, 0 to 11; of the right one 12 to 23: row, column, colour. */
    private static final float[] PREDICTION = {
            0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};

    private static final float[] RECONSTRUCTED = {
            0.1f, 0.2f, 12, 15, 0.3f, 0.4f, 18, 21,
            0.5f, 0.6f, 13, 16, 0.7f, 0.8f, 19, 22,
            0.9f, 1.0f, 14, 17, 1.1f, 1.2f, 20, 23};

    @Test
    void whatWasPredictedStandsWhereItWasMasked() {
        assertArrayEquals(RECONSTRUCTED, Reconstruction.of(ORIGINALS, MASKS, PREDICTION, false).images());
    }

    @Test
    void normalisedPixelsAreGivenTheMeanAndDeviationOfThePatch() {
        double mean = 5;
        double deviation = Math.sqrt(12.0 / 11 + 1e-6);
        float[] expected = RECONSTRUCTED.clone();
        for (int i = 0; i < expected.length; i++) {
            if (i % 4 >= 2) {
                expected[i] = (float) (expected[i] * deviation + mean);
            }
        }
        // a rounding of values below 32
        assertArrayEquals(expected, Reconstruction.of(ORIGINALS, MASKS, PREDICTION, true).images(), 2e-6f);
    }
}
