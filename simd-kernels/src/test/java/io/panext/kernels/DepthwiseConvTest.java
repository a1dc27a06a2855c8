package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

class DepthwiseConvTest {

    private static final int TAPS = DepthwiseConv.KERNEL * DepthwiseConv.KERNEL;

    @ParameterizedTest(name = "{0}x{1}x{2}x{3}")
    @CsvFileSource(resources = "depthwise-shapes.csv", numLinesToSkip = 1)
    void agreesWithTheReferenceOnLayerShapes(int images, int height, int width, int channels) {
        assertConvolved(images, height, width, channels);
    }

    @EveryChannelCount
    void agreesWithTheReferenceWhateverTheChannels(int channels) {
        for (int width : new int[] {7, 9}) {
            assertConvolved(2, 3, width, channels);
        }
    }

    @ParameterizedTest(name = "width {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 16, 17, 28})
    void agreesWithTheReferenceWhateverTheSize(int width) {
        for (int height : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 17}) {
            assertConvolved(1, height, width, 3);
        }
    }

    private static void assertConvolved(int images, int height, int width, int channels) {
        float[] values = Sample.values(1, images * height * width * channels);
        float[] weights = Sample.values(2, channels * TAPS);
        float[] bias = Sample.values(3, channels);
        DepthwiseConv conv = DepthwiseConv.pack(weights, bias, Arena.ofAuto());
        float[] actual = Workers.agree(workers -> {
            GuardedMap src = GuardedMap.of(values, channels);
            GuardedMap dst = GuardedMap.empty(images * height * width, channels);
            workers.each(share -> conv.run(src.matrix(), dst.matrix(), height, width, scratch(width), share));
            assertArrayEquals(values, src.values(), "the input has changed");
            return dst.values();
        });
        double[] magnitudes = ReferenceConvolution.depthwise(Rounding.magnitudes(values), Rounding.magnitudes(weights),
                Rounding.magnitudes(bias), height, width);
        Rounding.assertWithin(i -> Rounding.ofSum(TAPS, magnitudes[i]),
                ReferenceConvolution.depthwise(Reference.exactly(values),
                        Reference.exactly(weights), Reference.exactly(bias), height, width),
                actual);
    }

    /** Scratch memory as another op may have left it. */
    private static MemorySegment scratch(int width) {
        return Arena.ofAuto().allocate(DepthwiseConv.scratchBytes(width), Matrix.ROW_ALIGNMENT).fill((byte) -1);
    }

    @Test
    void anInfiniteValueReachesOnlyItsNeighbourhood() {
        int edge = 16;
        float[] values = new float[edge * edge];
        values[5 * edge + 8] = Float.POSITIVE_INFINITY;
        float[] expected = new float[edge * edge];
        for (int y = 2; y <= 8; y++) {
            for (int x = 5; x <= 11; x++) {
                expected[y * edge + x] = Float.POSITIVE_INFINITY;
            }
        }
        float[] ones = new float[TAPS];
        Arrays.fill(ones, 1);
        GuardedMap dst = GuardedMap.empty(edge * edge, 1);
        DepthwiseConv.pack(ones, new float[1], Arena.ofAuto()).run(GuardedMap.of(values, 1).matrix(), dst.matrix(),
                edge,
                edge, scratch(edge), Share.ALL);
        assertArrayEquals(expected, dst.values());
    }

    @Test
    void mismatchingShapesAreRefused() {
        DepthwiseConv conv = DepthwiseConv.pack(new float[5 * TAPS], new float[5], Arena.ofAuto());
        Matrix right = GuardedMap.empty(6, 5).matrix();
        for (Matrix wrong : new Matrix[] {GuardedMap.empty(6, 4).matrix(), GuardedMap.empty(6, 6).matrix(),
                GuardedMap.empty(5, 5).matrix(), GuardedMap.empty(12, 5).matrix()}) {
            assertThrows(IllegalArgumentException.class, () -> conv.run(wrong, right, 2, 3, scratch(3), Share.ALL));
            assertThrows(IllegalArgumentException.class, () -> conv.run(right, wrong, 2, 3, scratch(3), Share.ALL));
        }
        Matrix dst = GuardedMap.empty(6, 5).matrix();
        assertThrows(IllegalArgumentException.class, () -> conv.run(right, dst, 2, 2, scratch(2), Share.ALL));
        assertThrows(IllegalArgumentException.class,
                () -> DepthwiseConv.pack(new float[5 * TAPS - 1], new float[5], Arena.ofAuto()));
    }

    @Test
    void tooLittleScratchMemoryIsRefused() {
        DepthwiseConv conv = DepthwiseConv.pack(new float[TAPS], new float[1], Arena.ofAuto());
        Matrix src = GuardedMap.empty(6, 1).matrix();
        Matrix dst = GuardedMap.empty(6, 1).matrix();
        MemorySegment scratch = scratch(3).asSlice(4);
        assertThrows(IndexOutOfBoundsException.class, () -> conv.run(src, dst, 2, 3, scratch, Share.ALL));
    }
}
