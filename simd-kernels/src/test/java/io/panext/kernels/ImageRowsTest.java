package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageRowsTest {

    private static final int[] PIXELS = {1, 49, 50, 98, 7, 150};

    @Test
    void everyRowHasItsImageAndAChunkThatIsAllThatImages() {
        ImageRows rows = ImageRows.of(PIXELS);
        assertEquals(355, rows.rows());
        assertEquals(1 + 1 + 2 + 2 + 1 + 4, rows.chunks());
        int row = 0;
        for (int image = 0; image < PIXELS.length; image++) {
            assertEquals(row, rows.firstRow(image));
            for (int pixel = 0; pixel < PIXELS[image]; pixel++, row++) {
                assertEquals(image, rows.imageOf(row));
                int chunk = rows.chunkOf(row);
                assertEquals(rows.firstChunk(image) + pixel / Linear.CHUNK, chunk);
                assertEquals(row - pixel % Linear.CHUNK, rows.chunkRow(chunk));
            }
        }
        assertEquals(rows.rows(), rows.chunkRow(rows.chunks()));
    }

    @Test
    void imagesOfOneSizeAreASpecialCase() {
        ImageRows equal = ImageRows.equal(3, 60);
        ImageRows same = ImageRows.of(60, 60, 60);
        assertEquals(same.chunks(), equal.chunks());
        for (int chunk = 0; chunk <= equal.chunks(); chunk++) {
            assertEquals(same.chunkRow(chunk), equal.chunkRow(chunk));
        }
    }

    @ParameterizedTest(name = "{0} pixels")
    @ValueSource(ints = {0, -1})
    void anImageWithoutPixelsIsRefused(int pixels) {
        assertThrows(IllegalArgumentException.class, () -> ImageRows.of(3, pixels));
    }

    @EveryChannelCount
    void imagesOfManySizesAreEachNormalisedAsIfAlone(int channels) {
        ImageRows rows = ImageRows.of(PIXELS);
        float[] values = Sample.values(1, rows.rows() * channels);
        GuardedMap gamma = GuardedMap.of(Sample.values(2, channels, -3, 3), channels);
        float[] together = Workers.agree(workers -> {
            GuardedMap map = GuardedMap.of(values, channels);
            normalise(map.matrix(), rows, gamma.matrix(), workers);
            return map.values();
        });
        GuardedMap alone = GuardedMap.of(values, channels);
        for (int image = 0; image < PIXELS.length; image++) {
            Matrix part = alone.matrix().slice(rows.firstRow(image), rows.firstRow(image + 1));
            normalise(part, ImageRows.of(PIXELS[image]), gamma.matrix(), new Workers(1));
        }
        assertArrayEquals(alone.values(), together);
    }

    private static void normalise(Matrix map, ImageRows rows, Matrix gamma, Workers workers) {
        Matrix sums = GuardedMap.empty(rows.chunks(), map.columns()).matrix();
        Matrix scales = GuardedMap.empty(rows.images(), map.columns()).matrix();
        workers.each(share -> Grn.sumSquares(map, rows, sums, share));
        workers.each(share -> Grn.scales(sums, rows, gamma, scales, share));
        workers.each(share -> Grn.scale(map, scales, rows, map, share));
    }

    @Test
    void squaresGatheredByAProductAreThoseOfEachImage() {
        ImageRows rows = ImageRows.of(PIXELS);
        Linear linear = new Linear(PackedWeights.pack(Sample.values(1, 7 * 20), Sample.values(2, 20),
                Arena.ofAuto()));
        GuardedMap src = GuardedMap.of(Sample.values(3, rows.rows() * 7), 7);
        GuardedMap dst = GuardedMap.empty(rows.rows(), 20);
        float[] gathered = Workers.agree(workers -> {
            GuardedMap sums = GuardedMap.empty(rows.chunks(), 20);
            workers.each(share -> linear.run(RowSource.of(src.matrix()), dst.matrix(), rows,
                    Epilogue.geluAndSquares(sums.matrix(), rows), share));
            return sums.values();
        });
        GuardedMap later = GuardedMap.empty(rows.chunks(), 20);
        Grn.sumSquares(dst.matrix(), rows, later.matrix(), Share.ALL);
        assertArrayEquals(later.values(), gathered);
    }

    @Test
    void imagesArePooledOverTheirOwnPixels() {
        ImageRows rows = ImageRows.of(1, 3);
        GuardedMap pooled = GuardedMap.empty(2, 2);
        GlobalPool.run(GuardedMap.of(new float[] {5, 6, 1, 10, 2, 20, 6, 60}, 2).matrix(), rows, pooled.matrix(),
                Share.ALL);
        assertArrayEquals(new float[] {5, 6, 3, 30}, pooled.values());
    }
}
