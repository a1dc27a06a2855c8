package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions whose windows overlap, are dilated or reach beyond the image, of maps and of planar images. */
class WindowsTest {

    private static final int COLOURS = PatchEmbedding.COLOURS;

    @ParameterizedTest(
            name = "{0} images of {1}x{2}, {3} to {4} channels, kernel {5} stride {6} dilation {7} pad {8}-{9}")
    @CsvSource({"1, 12, 12, 24, 48, 3, 2, 1, 1, 1", "2, 7, 5, 3, 7, 3, 2, 1, 1, 1", "1, 9, 14, 17, 10, 2, 1, 1, 0, 1",
            "3, 6, 4, 7, 33, 2, 1, 2, 1, 1", "1, 1, 1, 5, 4, 3, 2, 1, 1, 1", "2, 9, 9, 10, 16, 2, 2, 1, 0, 0",
            "1, 5, 7, 97, 3, 3, 1, 2, 2, 2", "1, 14, 14, 64, 20, 5, 3, 1, 0, 4"})
    void agreeWithTheConvolutionOfMapsWhateverTheWorkers(int images, int height, int width, int channels, int out,
            int kernel, int stride, int dilation, int before, int after) {
        Window window = new Window(kernel, stride, dilation, before, after);
        int depth = channels * window.taps();
        float[] values = Sample.values(1, images * height * width * channels);
        float[] weights = Sample.values(2, out * depth);
        float[] bias = Sample.values(3, out);
        float[] ordered = Windows.rowOrder(weights, channels, window.taps());
        Linear linear = new Linear(PackedWeights.pack(ordered, bias, Arena.ofAuto()));
        int rows = images * window.over(height) * window.over(width);
        float[] actual = Workers.agree(workers -> {
            GuardedMap src = GuardedMap.of(values, channels);
            GuardedMap dst = GuardedMap.empty(rows, out);
            workers.each(share -> {
                MemorySegment scratch = scratch(
                        Windows.scratchBytes(Linear.blockRows(rows, depth, out), channels, window));
                linear.runRows(Windows.of(src.matrix(), height, width, window, scratch), dst.matrix(), Epilogue.NONE,
                        share);
            });
            assertArrayEquals(values, src.values(), "the input has changed");
            return dst.values();
        });
        assertConvolved(values, weights, bias, height, width, window, actual);
    }

    @ParameterizedTest(name = "{0} images of {1}x{2}, {3} channels, kernel {4} stride {5} pad {6}-{7}")
    @CsvSource({"1, 12, 12, 24, 3, 2, 1, 1", "2, 7, 5, 40, 3, 2, 1, 1", "1, 1, 1, 3, 3, 2, 1, 1",
            "3, 9, 14, 17, 5, 2, 2, 2", "1, 8, 8, 5, 3, 1, 0, 2"})
    void agreeWithTheConvolutionOfPlanarImagesWhateverTheWorkers(int images, int height, int width, int out, int kernel,
            int stride, int before, int after) {
        Window window = new Window(kernel, stride, 1, before, after);
        int depth = COLOURS * window.taps();
        float[] image = Sample.values(1, images * COLOURS * height * width);
        float[] weights = Sample.values(2, out * depth);
        float[] bias = Sample.values(3, out);
        Linear linear = new Linear(PackedWeights.pack(weights, bias, Arena.ofAuto()));
        MemorySegment planar = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, image);
        int rows = images * window.over(height) * window.over(width);
        float[] actual = Workers.agree(workers -> {
            GuardedMap dst = GuardedMap.empty(rows, out);
            workers.each(share -> {
                Matrix scratch = GuardedMap.empty(Linear.blockRows(rows, depth, out), depth).matrix();
                linear.runRows(PatchEmbedding.patches(planar, height, width, window, scratch), dst.matrix(),
                        Epilogue.NONE, share);
            });
            return dst.values();
        });
        double[] channelsLast = ReferenceConvolution.channelsLast(Reference.exactly(image), COLOURS, height * width);
        float[] values = new float[channelsLast.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) channelsLast[i];
        }
        assertConvolved(values, weights, bias, height, width, window, actual);
    }

    private static void assertConvolved(float[] values, float[] weights, float[] bias, int height, int width,
            Window window, float[] actual) {
        double[] magnitudes = ReferenceConvolution.convolution(Rounding.magnitudes(values),
                Rounding.magnitudes(weights),
                Rounding.magnitudes(bias), height, width, window);
        Rounding.assertWithin(i -> Rounding.ofSum(weights.length / bias.length, magnitudes[i]),
                ReferenceConvolution.convolution(
                        Reference.exactly(values), Reference.exactly(weights), Reference.exactly(bias), height, width,
                        window),
                actual);
    }

    @ParameterizedTest
    @CsvSource({"224, 112", "225, 113", "1, 1", "2, 1", "3, 2"})
    void thoseOfAnOverlappingStemHalveAnEdgeUpwards(int edge, int halved) {
        assertEquals(halved, new Window(3, 2, 1, 1, 1).over(edge));
    }

    @Test
    void thatAreLargerThanTheImageAreNone() {
        assertEquals(0, Window.tiles(4).over(3));
        assertEquals(0, Window.tiles(4).over(0));
    }

    @Test
    void impossibleOnesAreRefused() {
        for (int[] bad : new int[][] {{0, 1, 1, 0, 0}, {3, 0, 1, 0, 0}, {3, 1, 0, 0, 0}, {3, 1, 1, -1, 0},
                {3, 1, 1, 0, 3}}) {
            assertThrows(IllegalArgumentException.class, () -> new Window(bad[0], bad[1], bad[2], bad[3], bad[4]));
        }
        Matrix scratch = GuardedMap.empty(5, 27).matrix();
        MemorySegment image = scratch(4 * COLOURS * 8 * 8);
        assertThrows(IllegalArgumentException.class,
                () -> PatchEmbedding.patches(image, 8, 8, new Window(3, 1, 2, 0, 0), scratch));
    }

    @Test
    void tooLittleScratchMemoryIsRefused() {
        Window window = new Window(3, 2, 1, 1, 1);
        MemorySegment scratch = scratch(Windows.scratchBytes(3, 5, window) - Lanes.BYTES);
        RowSource windows = Windows.of(GuardedMap.empty(16, 5).matrix(), 4, 4, window, scratch);
        assertThrows(IndexOutOfBoundsException.class, () -> windows.rows(0, 4));
    }

    private static MemorySegment scratch(long bytes) {
        return Arena.ofAuto().allocate(bytes, Matrix.ROW_ALIGNMENT).fill((byte) -1);
    }
}
