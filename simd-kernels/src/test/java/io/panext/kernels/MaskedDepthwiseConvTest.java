package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The oracle is the convolution of the whole map with zeros where it is masked, looked at where it is visible. */
class MaskedDepthwiseConvTest {

    private static final int TAPS = DepthwiseConv.KERNEL * DepthwiseConv.KERNEL;

    @ParameterizedTest(name = "patches of {0} pixels")
    @ValueSource(ints = {1, 2, 3, 4, 5, 8, 16})
    void agreesWithTheConvolutionOfZeroedMapsWhateverTheMask(int edge) {
        for (double ratio : new double[] {0, 0.3, 0.6, 0.75, 0.95, 1}) {
            assertConvolved(new MaskedCase(2, 3, 4, ratio, edge), edge, 5);
        }
    }

    @ParameterizedTest(name = "{0} images of {1}x{2} patches")
    @CsvSource({"1, 1, 1", "1, 1, 7", "3, 7, 1", "1, 7, 7", "2, 12, 9"})
    void agreesWithTheConvolutionOfZeroedMapsWhateverTheGrid(int images, int gridHeight, int gridWidth) {
        for (int edge = 1; edge <= 4; edge *= 2) {
            assertConvolved(new MaskedCase(images, gridHeight, gridWidth, 0.6, edge), edge, 3);
        }
    }

    @EveryChannelCount
    void agreesWithTheConvolutionOfZeroedMapsWhateverTheChannels(int channels) {
        assertConvolved(new MaskedCase(1, 2, 3, 0.4, channels), 2, channels);
    }

    private static void assertConvolved(MaskedCase masks, int edge, int channels) {
        float[] map = masks.masked(Sample.values(1, masks.pixels(edge) * channels), edge, channels);
        float[] values = masks.compact(map, edge, channels);
        float[] weights = Sample.values(2, channels * TAPS);
        float[] bias = Sample.values(3, channels);
        var conv = new MaskedDepthwiseConv(DepthwiseConv.pack(weights, bias, Arena.ofAuto()), edge);
        float[] actual = Workers.agree(workers -> {
            GuardedMap src = GuardedMap.of(values, channels);
            GuardedMap dst = GuardedMap.empty(masks.slots() * edge * edge, channels);
            workers.each(share -> conv.run(src.matrix(), dst.matrix(), masks.table, scratch(edge), share));
            assertArrayEquals(values, src.values(), "the input has changed");
            return dst.values();
        });
        int height = masks.gridHeight * edge;
        int width = masks.gridWidth * edge;
        double[] magnitudes = masks
                .compact(ReferenceConvolution.depthwise(Rounding.magnitudes(map), Rounding.magnitudes(weights),
                        Rounding.magnitudes(bias), height, width), edge, channels);
        double[] expected = masks
                .compact(ReferenceConvolution.depthwise(Reference.exactly(map), Reference.exactly(weights),
                        Reference.exactly(bias), height, width), edge, channels);
        Rounding.assertWithin(i -> Rounding.ofSum(TAPS, magnitudes[i]), expected, actual);
    }

    /** Scratch memory as another op may have left it. */
    private static MemorySegment scratch(int edge) {
        return Arena.ofAuto().allocate(MaskedDepthwiseConv.scratchBytes(edge), Matrix.ROW_ALIGNMENT).fill((byte) -1);
    }

    @Test
    void mismatchingShapesAreRefused() {
        MaskedCase masks = new MaskedCase(1, 2, 2, 0, 1);
        var conv = new MaskedDepthwiseConv(DepthwiseConv.pack(new float[5 * TAPS], new float[5], Arena.ofAuto()), 2);
        Matrix right = GuardedMap.empty(16, 5).matrix();
        for (Matrix wrong : new Matrix[] {GuardedMap.empty(16, 4).matrix(), GuardedMap.empty(16, 6).matrix(),
                GuardedMap.empty(12, 5).matrix(), GuardedMap.empty(17, 5).matrix()}) {
            assertThrows(IllegalArgumentException.class,
                    () -> conv.run(wrong, right, masks.table, scratch(2), Share.ALL));
            assertThrows(IllegalArgumentException.class,
                    () -> conv.run(right, wrong, masks.table, scratch(2), Share.ALL));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> conv.run(right, GuardedMap.empty(16, 5).matrix(),
                masks.table, scratch(2).asSlice(4), Share.ALL));
    }
}
