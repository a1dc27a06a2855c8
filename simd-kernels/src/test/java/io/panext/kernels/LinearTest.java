package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinearTest {

    @ParameterizedTest(name = "{0} images of {1} pixels, {2} to {3} channels")
    @CsvFileSource(resources = "linear-shapes.csv", numLinesToSkip = 1)
    void agreesWithTheReferenceOnLayerShapes(int images, int pixels, int depth, int columns) {
        assertProduct(images, pixels, depth, columns);
    }

    @EveryChannelCount
    void agreesWithTheReferenceWhateverTheColumns(int columns) {
        assertProduct(1, 1, 48, columns);
        assertProduct(2, 9, 7, columns);
    }

    @EveryChannelCount
    void agreesWithTheReferenceWhateverTheDepth(int depth) {
        assertProduct(1, 8, depth, 33);
    }

    @ParameterizedTest(name = "{0} pixels")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 48, 49, 50, 97, 98, 99, 196})
    void agreesWithTheReferenceWhateverThePixels(int pixels) {
        for (int images = 1; images <= 3; images++) {
            assertProduct(images, pixels, 3, 17);
            assertProduct(images, pixels, 3, 7 * Lanes.COUNT - 3);
        }
    }

    @Test
    void agreesWithTheReferenceWhereWeightsFillACache() {
        assertProduct(1, 3, 521, 641);
        assertProduct(1, 5, 8192, 33);
    }

    @Test
    void agreesWithTheReferenceWhereWeightsComeFromMemory() {
        assertProduct(1, 7, 512, 641);
        assertProduct(1, 8, 512, 641);
        assertProduct(3, 19, 576, 500);
        assertProduct(1, 99, 1024, 321);
    }

    @Test
    void agreesWithTheReferenceWhereOnlyTheFirstBlockFindsWeightsInMemory() {
        assertProduct(1, 99, 1344, 97);
    }

    private static void assertProduct(int images, int pixels, int depth, int columns) {
        LinearCase product = new LinearCase(images, pixels, depth, columns);
        float[] actual = Workers.agree(workers -> {
            GuardedMap src = product.src();
            GuardedMap dst = product.dst();
            workers.each(
                    share -> product.linear.run(RowSource.of(src.matrix()), dst.matrix(), product.images, Epilogue.NONE,
                            share));
            assertArrayEquals(product.values, src.values(), "the input has changed");
            return dst.values();
        });
        double[] allowed = product.allowed();
        Rounding.assertWithin(i -> allowed[i], product.expected(), actual);
    }

    @Test
    void gatheredRowsAreAskedForInBlocksThatFitTheScratchMemory() {
        LinearCase product = new LinearCase(1, 1000, 147, 5);
        Matrix src = product.src().matrix();
        GuardedMap scratch = GuardedMap.empty(Linear.blockRows(1000, 147, 5), 147);
        RowSource gathered = (from, to) -> {
            Matrix block = scratch.matrix().slice(0, to - from);
            Copy.rows(src.slice(from, to), block);
            return block;
        };
        GuardedMap dst = product.dst();
        product.linear.run(gathered, dst.matrix(), product.images, Epilogue.NONE, Share.ALL);
        scratch.values();
        double[] allowed = product.allowed();
        Rounding.assertWithin(i -> allowed[i], product.expected(), dst.values());
    }

    @Test
    void blocksAreWholeChunksAndNeverEmpty() {
        int many = 1_000_000;
        for (int depth : new int[] {1, 48, 147, 1337, 1338, 3343, 3344, 100_000}) {
            assertBlock(Math.max(1, (256 << 10) / (Linear.CHUNK * 4 * depth)), Linear.blockRows(many, depth, 1));
            assertBlock(Math.max(4, (640 << 10) / (Linear.CHUNK * 4 * depth)), Linear.blockRows(many, depth, 1 << 20));
        }
    }

    private static void assertBlock(int chunks, int rows) {
        assertEquals(chunks * Linear.CHUNK, rows);
    }

    @Test
    void twoBlocksAreOne() {
        assertEquals(98, Linear.blockRows(98, 1536, 64));
        assertEquals(49, Linear.blockRows(99, 1536, 64));
        assertEquals(392, Linear.blockRows(392, 1536, 384));
        assertEquals(196, Linear.blockRows(393, 1536, 384));
        assertEquals(20, Linear.blockRows(20, 100_000, 1));
    }

    @Test
    void mismatchingShapesAreRefused() {
        LinearCase product = new LinearCase(2, 3, 4, 5);
        Linear linear = product.linear;
        RowSource src = RowSource.of(product.src().matrix());
        Matrix dst = product.dst().matrix();
        for (int depth : new int[] {3, 5}) {
            RowSource wrong = RowSource.of(GuardedMap.empty(6, depth).matrix());
            assertThrows(IllegalArgumentException.class,
                    () -> linear.run(wrong, dst, product.images, Epilogue.NONE, Share.ALL));
        }
        for (int columns : new int[] {4, 6}) {
            Matrix wrong = GuardedMap.empty(6, columns).matrix();
            assertThrows(IllegalArgumentException.class,
                    () -> linear.run(src, wrong, product.images, Epilogue.NONE, Share.ALL));
        }
        assertThrows(IllegalArgumentException.class,
                () -> linear.run(src, dst, ImageRows.equal(2, 4), Epilogue.NONE, Share.ALL));
        RowSource few = RowSource.of(GuardedMap.empty(5, 4).matrix());
        assertThrows(IndexOutOfBoundsException.class,
                () -> linear.run(few, dst, product.images, Epilogue.NONE, Share.ALL));
    }

    @Test
    void weightsThatAreNoMultipleOfTheBiasAreRefused() {
        assertThrows(IllegalArgumentException.class,
                () -> PackedWeights.pack(new float[7], new float[2], Arena.ofAuto()));
        assertThrows(IllegalArgumentException.class,
                () -> PackedWeights.pack(new float[0], new float[2], Arena.ofAuto()));
        assertThrows(IllegalArgumentException.class,
                () -> PackedWeights.pack(new float[7], new float[0], Arena.ofAuto()));
    }
}
