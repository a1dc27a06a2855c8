package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DownsampleTest {

    private static final int CELLS = Downsample.KERNEL * Downsample.KERNEL;

    @ParameterizedTest(name = "{0} images of {1}x{2}, {3} to {4} channels")
    @CsvSource({"1, 2, 2, 40, 80", "2, 3, 5, 3, 7", "1, 7, 8, 17, 10", "3, 13, 4, 7, 33", "2, 9, 9, 10, 16",
            "1, 14, 14, 48, 96", "1, 28, 28, 1, 3", "1, 2, 3, 97, 31"})
    void agreesWithNormAndConvolutionWhateverTheWorkers(int images, int height, int width, int channels, int out) {
        float[] values = Sample.values(1, images * height * width * channels, -2, 3);
        float[] weights = Sample.values(2, out * channels * CELLS);
        float[] bias = Sample.values(3, out);
        Linear linear = new Linear(
                PackedWeights.pack(Windows.rowOrder(weights, channels, CELLS), bias, Arena.ofAuto()));
        LayerNorm norm = new LayerNorm(channels, LayerNormTest.EPS, Optional.empty());
        int pixels = height / Downsample.KERNEL * (width / Downsample.KERNEL);
        float[] actual = Workers.agree(workers -> {
            GuardedMap src = GuardedMap.of(values, channels);
            GuardedMap dst = GuardedMap.empty(images * pixels, out);
            workers.each(share -> {
                long bytes = Downsample.scratchBytes(Linear.blockRows(images * pixels, CELLS * channels, out),
                        channels);
                RowSource cells = Downsample.cells(src.matrix(), height, width, Optional.of(norm), scratch(bytes));
                linear.run(cells, dst.matrix(), ImageRows.equal(images, pixels), Epilogue.NONE, share);
            });
            assertArrayEquals(values, src.values(), "the input has changed");
            return dst.values();
        });
        double[] normalised = Reference.layerNorm(Reference.exactly(values), channels, LayerNormTest.EPS);
        double[] expected = ReferenceConvolution.tiledConvolution(normalised, Reference.exactly(weights),
                Reference.exactly(bias),
                height,
                width, Downsample.KERNEL);
        double[] allowed = allowed(normalised, weights, bias, height, width);
        Rounding.assertWithin(i -> allowed[i], expected, actual);
    }

    @ParameterizedTest(name = "{0} images of {1}x{2}, {3} channels")
    @CsvSource({"1, 2, 2, 40", "2, 3, 5, 3", "1, 7, 9, 17", "3, 13, 4, 1", "1, 4, 64, 33", "1, 6, 6, 16"})
    void rowsAreTheNormalisedPixelsToTheBit(int images, int height, int width, int channels) {
        Matrix src = GuardedMap.of(Sample.values(1, images * height * width * channels, -2, 3), channels).matrix();
        Affine affine = Affine.pack(Sample.values(2, channels), Sample.values(3, channels), Arena.ofAuto());
        for (RowNorm norm : new RowNorm[] {new LayerNorm(channels, LayerNormTest.EPS, Optional.empty()),
                new LayerNorm(channels, LayerNormTest.EPS, Optional.of(affine)),
                new RmsNorm(channels, LayerNormTest.EPS, Optional.of(affine))}) {
            Matrix normalised = GuardedMap.empty(src.rows(), channels).matrix();
            norm.run(src, normalised, Share.ALL);
            assertRows(normalised, Optional.of(norm), src, height, width);
        }
        assertRows(src, Optional.empty(), src, height, width);
    }

    private static void assertRows(Matrix pixels, Optional<RowNorm> norm, Matrix src, int height, int width) {
        int columns = width / Downsample.KERNEL;
        int perImage = height / Downsample.KERNEL * columns;
        int rows = src.rows() / (height * width) * perImage;
        for (int from = 0; from < rows; from++) {
            int to = Math.min(rows, from + columns + 2);
            MemorySegment scratch = scratch(Downsample.scratchBytes(to - from, src.columns()));
            Matrix gathered = Downsample.cells(src, height, width, norm, scratch).rows(from, to);
            for (int row = from; row < to; row++) {
                int y = row / perImage * height + row % perImage / columns * Downsample.KERNEL;
                int x = row % columns * Downsample.KERNEL;
                for (int i = 0; i < gathered.columns(); i++) {
                    int cell = i / src.columns();
                    int pixel = (y + cell / Downsample.KERNEL) * width + x + cell % Downsample.KERNEL;
                    assertEquals(pixels.get(pixel, i % src.columns()), gathered.get(row - from, i),
                            "value " + i + " of row " + row + " in those from " + from);
                }
            }
        }
    }

    /** The roundings of the sum, and those of each normalised value, which are as large as the largest of its pixel. */
    private static double[] allowed(double[] normalised, float[] weights, float[] bias, int height, int width) {
        double largest = 1;
        for (double value : normalised) {
            largest = Math.max(largest, Math.abs(value));
        }
        double[] magnitudes = new double[normalised.length];
        Arrays.fill(magnitudes, largest);
        double[] allowed = ReferenceConvolution.tiledConvolution(magnitudes, Rounding.magnitudes(weights),
                Rounding.magnitudes(bias), height, width, Downsample.KERNEL);
        for (int i = 0; i < allowed.length; i++) {
            allowed[i] = LayerNormTest.ROUNDINGS * Rounding.UNIT * allowed[i]
                    + Rounding.ofSum(weights.length / bias.length, allowed[i]);
        }
        return allowed;
    }

    private static MemorySegment scratch(long bytes) {
        return Arena.ofAuto().allocate(bytes, Matrix.ROW_ALIGNMENT).fill((byte) -1);
    }

    @Test
    void tooLittleScratchMemoryIsRefused() {
        MemorySegment scratch = scratch(Downsample.scratchBytes(3, 5) - 4);
        RowSource cells = Downsample.cells(GuardedMap.empty(16, 5).matrix(), 4, 4,
                Optional.of(new LayerNorm(5, 1e-6f, Optional.empty())),
                scratch);
        assertThrows(IndexOutOfBoundsException.class, () -> cells.rows(0, 4));
    }

    @Test
    void mismatchingShapesAreRefused() {
        Matrix src = GuardedMap.empty(16, 5).matrix();
        MemorySegment scratch = scratch(Downsample.scratchBytes(4, 6));
        for (int channels : new int[] {4, 6}) {
            RowSource cells = Downsample.cells(src, 4, 4, Optional.of(new LayerNorm(channels, 1e-6f, Optional.empty())),
                    scratch);
            assertThrows(IllegalArgumentException.class, () -> cells.rows(0, 4));
        }
        RowSource cells = Downsample.cells(src, 4, 4, Optional.of(new LayerNorm(5, 1e-6f, Optional.empty())), scratch);
        assertThrows(IndexOutOfBoundsException.class, () -> cells.rows(3, 5));
    }
}
