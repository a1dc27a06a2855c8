package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PatchEmbeddingTest {

    private static final int COLOURS = PatchEmbedding.COLOURS;

    @ParameterizedTest(name = "{0} images of {1}x{2}, patch {3}, {4} channels")
    @CsvSource({"1, 4, 4, 4, 40", "2, 9, 14, 4, 3", "1, 11, 8, 4, 17", "3, 13, 7, 2, 10", "1, 14, 15, 7, 33",
            "2, 5, 6, 1, 16", "1, 32, 32, 4, 96"})
    void agreesWithTheConvolutionWhateverTheWorkers(int images, int height, int width, int patch, int channels) {
        int depth = COLOURS * patch * patch;
        float[] image = Sample.values(1, images * COLOURS * height * width);
        float[] weights = Sample.values(2, channels * depth);
        float[] bias = Sample.values(3, channels);
        Linear linear = new Linear(PackedWeights.pack(weights, bias, Arena.ofAuto()));
        int pixels = height / patch * (width / patch);
        float[] actual = Workers.agree(workers -> {
            GuardedMap dst = GuardedMap.empty(images * pixels, channels);
            workers.each(share -> {
                GuardedMap scratch = GuardedMap.empty(Linear.blockRows(images * pixels, depth, channels), depth);
                RowSource patches = PatchEmbedding.patches(planar(image), height, width, Window.tiles(patch),
                        scratch.matrix());
                linear.run(patches, dst.matrix(), ImageRows.equal(images, pixels), Epilogue.NONE, share);
                scratch.values();
            });
            return dst.values();
        });
        double[] magnitudes = convolve(Rounding.magnitudes(image), Rounding.magnitudes(weights),
                Rounding.magnitudes(bias), height, width, patch);
        Rounding.assertWithin(i -> Rounding.ofSum(depth, magnitudes[i]), convolve(Reference.exactly(image),
                Reference.exactly(weights), Reference.exactly(bias), height, width, patch), actual);
    }

    private static double[] convolve(double[] image, double[] weights, double[] bias, int height, int width,
            int patch) {
        return ReferenceConvolution.tiledConvolution(ReferenceConvolution.channelsLast(image, COLOURS, height * width),
                weights, bias, height,
                width, patch);
    }

    /** The images end with the memory: one value too many would be refused. */
    private static MemorySegment planar(float[] image) {
        return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, image);
    }

    @Test
    void imagesThatAreNotThereAreRefused() {
        RowSource patches = PatchEmbedding.patches(planar(new float[COLOURS * 8 * 8]), 8, 8, Window.tiles(4),
                GuardedMap.empty(5, 48).matrix());
        assertThrows(IndexOutOfBoundsException.class, () -> patches.rows(0, 5));
    }

    @Test
    void scratchMemoryOfAnotherShapeIsRefused() {
        MemorySegment image = planar(new float[COLOURS * 8 * 8]);
        for (int columns : new int[] {47, 49}) {
            Matrix scratch = GuardedMap.empty(5, columns).matrix();
            assertThrows(IllegalArgumentException.class,
                    () -> PatchEmbedding.patches(image, 8, 8, Window.tiles(4), scratch));
        }
        RowSource patches = PatchEmbedding.patches(image, 8, 8, Window.tiles(4), GuardedMap.empty(3, 48).matrix());
        assertThrows(IndexOutOfBoundsException.class, () -> patches.rows(0, 4));
    }
}
