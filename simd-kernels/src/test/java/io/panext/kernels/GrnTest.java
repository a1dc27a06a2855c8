package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class GrnTest {

    private static final int[] PIXELS = {1, 2, 7, 48, 49, 50, 98, 99};

    @EveryChannelCount
    void agreesWithTheReferenceWhateverTheWorkers(int channels) {
        for (int pixels : channels < 100 ? PIXELS : new int[] {50}) {
            for (int images = 1; images <= 3; images += 2) {
                assertNormalised(Sample.values(images, images * pixels * channels), pixels,
                        Sample.values(9, channels, -3, 3));
            }
        }
    }

    private static void assertNormalised(float[] values, int pixels, float[] gamma) {
        int channels = gamma.length;
        ImageRows images = ImageRows.equal(values.length / channels / pixels, pixels);
        float[] actual = Workers.agree(workers -> {
            GuardedMap map = GuardedMap.of(values, channels);
            GuardedMap scales = scales(map.matrix(), gamma, images, workers);
            workers.each(share -> Grn.scale(map.matrix(), scales.matrix(), images, map.matrix(), share));
            return map.values();
        });
        double[] x = Reference.exactly(values);
        double[] magnitudes = Reference.grn(Rounding.magnitudes(values), Rounding.magnitudes(gamma), pixels);
        // The norm's sum of squares, then root, mean, quotient, factor and product as four terms more.
        Rounding.assertWithin(i -> Rounding.ofSum(pixels + 4, magnitudes[i]),
                Reference.grn(x, Reference.exactly(gamma), pixels), actual);
    }

    private static GuardedMap scales(Matrix map, float[] gamma, ImageRows images, Workers workers) {
        GuardedMap sums = GuardedMap.empty(images.chunks(), gamma.length);
        GuardedMap scales = GuardedMap.empty(images.images(), gamma.length);
        Matrix factors = GuardedMap.of(gamma, gamma.length).matrix();
        workers.each(share -> Grn.sumSquares(map, images, sums.matrix(), share));
        sums.values();
        workers.each(share -> Grn.scales(sums.matrix(), images, factors, scales.matrix(), share));
        scales.values();
        return scales;
    }

    @Test
    void aMapOfZerosHasFactorOne() {
        GuardedMap map = GuardedMap.of(new float[3 * 5], 5);
        float[] ones = {1, 1, 1, 1, 1};
        assertArrayEquals(ones, scales(map.matrix(), new float[] {1, -2, 3, -4, 5}, ImageRows.equal(1, 3),
                new Workers(1)).values());
    }

    @EveryChannelCount
    void scaledRowsAreThoseOfTheScaledMap(int channels) {
        ImageRows images = ImageRows.of(5, 4, 6);
        float[] values = Sample.values(1, images.rows() * channels);
        GuardedMap map = GuardedMap.of(values, channels);
        GuardedMap scales = GuardedMap.of(Sample.values(2, 3 * channels), channels);
        GuardedMap scratch = GuardedMap.empty(7, channels);
        Matrix rows = Grn.scaled(map.matrix(), scales.matrix(), images, scratch.matrix()).rows(4, 11);
        assertArrayEquals(values, map.values(), "the input has changed");
        Grn.scale(map.matrix(), scales.matrix(), images, map.matrix(), Share.ALL);
        assertEquals(7, rows.rows());
        assertArrayEquals(new GuardedMap(map.matrix().slice(4, 11)).values(), scratch.values());
    }

    @Test
    void mismatchingShapesAreRefused() {
        ImageRows images = ImageRows.equal(2, 3);
        Matrix map = GuardedMap.empty(6, 5).matrix();
        Matrix sums = GuardedMap.empty(2, 5).matrix();
        Matrix gamma = GuardedMap.empty(1, 5).matrix();
        Matrix scales = GuardedMap.empty(2, 5).matrix();
        Matrix narrow = GuardedMap.empty(2, 4).matrix();
        Matrix few = GuardedMap.empty(1, 5).matrix();
        refuses(wrong -> Grn.sumSquares(map, images, wrong, Share.ALL), narrow, few);
        refuses(wrong -> Grn.scales(sums, images, wrong, scales, Share.ALL), narrow, sums);
        refuses(wrong -> Grn.scales(wrong, images, gamma, scales, Share.ALL), narrow, few);
        refuses(wrong -> Grn.scales(sums, images, gamma, wrong, Share.ALL), narrow, GuardedMap.empty(3, 5).matrix());
        refuses(wrong -> Grn.scale(map, wrong, images, map, Share.ALL), narrow, few);
        refuses(wrong -> Grn.scaled(map, wrong, images, map), narrow, few);
        refuses(wrong -> Grn.scaled(map, scales, images, wrong), narrow);
        assertThrows(IllegalArgumentException.class, () -> Grn.sumSquares(map, ImageRows.equal(2, 4), sums, Share.ALL));
    }

    @Test
    void moreRowsThanFitInTheScratchMemoryAreRefused() {
        RowSource source = Grn.scaled(GuardedMap.empty(6, 5).matrix(), GuardedMap.empty(2, 5).matrix(),
                ImageRows.equal(2, 3),
                GuardedMap.empty(2, 5).matrix());
        assertThrows(IndexOutOfBoundsException.class, () -> source.rows(0, 3));
    }

    private static void refuses(Consumer<Matrix> op, Matrix... wrong) {
        for (Matrix matrix : wrong) {
            assertThrows(IllegalArgumentException.class, () -> op.accept(matrix));
        }
    }
}
