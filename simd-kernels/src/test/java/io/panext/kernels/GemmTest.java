package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class GemmTest {

    private static PackedWeights weights(int depth) {
        int columns = 4 * Lanes.COUNT;
        return PackedWeights.pack(new float[columns * depth], new float[columns], Arena.ofAuto());
    }

    @Test
    void tilesTogetherAskForTheNextPanel() {
        PackedWeights weights = weights(3 * StreamedTile.DEPTH);
        assumeTrue(Prefetch.AVAILABLE && weights.panelVectors(0) == 2, "there is nothing to ask with");
        long panel = weights.panelOffset(1) / Prefetch.LINE;
        for (int tiles = 2; tiles <= 100; tiles++) {
            int lines = Gemm.linesAhead(weights, tiles);
            long requests = 3L * Math.min(tiles, Gemm.ASKING_TILES);
            assertTrue(requests * lines >= panel, tiles + " tiles leave some out");
            assertTrue(requests * (lines - 1) < panel, tiles + " tiles ask for more than they need");
        }
    }

    @Test
    void nothingIsAskedForWhereItCannotArriveInTimeOrStepsDoNotDivideTheDepth() {
        assertEquals(0, Gemm.linesAhead(weights(StreamedTile.DEPTH), 1));
        assertEquals(0, Gemm.linesAhead(weights(StreamedTile.DEPTH + 1), 7));
        assertEquals(0, Gemm.linesAhead(weights(StreamedTile.DEPTH / 2), 7));
    }
}
