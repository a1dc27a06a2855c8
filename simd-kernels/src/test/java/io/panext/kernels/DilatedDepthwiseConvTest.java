package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DilatedDepthwiseConvTest {

    @ParameterizedTest(name = "{0}x{1}x{2}x{3}, kernel {4}, dilation {5}")
    @CsvSource({"1, 10, 10, 64, 5, 1", "2, 5, 5, 96, 5, 1", "1, 7, 7, 40, 3, 1", "3, 9, 4, 17, 9, 1",
            "1, 14, 14, 80, 7, 2", "2, 13, 11, 33, 7, 2", "1, 28, 28, 16, 7, 4", "1, 5, 17, 10, 7, 4",
            "1, 1, 1, 5, 7, 4", "2, 3, 2, 7, 3, 3", "1, 6, 9, 8, 1, 1", "1, 14, 14, 24, 7, 1"})
    void agreesWithTheReferenceWhateverTheWorkers(int images, int height, int width, int channels, int kernel,
            int dilation) {
        assertConvolved(images, height, width, channels, kernel, dilation);
    }

    @EveryChannelCount
    void agreesWithTheReferenceWhateverTheChannels(int channels) {
        assertConvolved(2, 3, 9, channels, 5, 1);
    }

    @Test
    void agreesWithTheReferenceWhateverTheSize() {
        for (int width : new int[] {1, 2, 3, 4, 5, 8, 9, 13}) {
            for (int height : new int[] {1, 2, 3, 5, 8, 13}) {
                assertConvolved(1, height, width, 3, 7, 2);
            }
        }
    }

    private static void assertConvolved(int images, int height, int width, int channels, int kernel, int dilation) {
        int taps = kernel * kernel;
        float[] values = Sample.values(1, images * height * width * channels);
        float[] weights = Sample.values(2, channels * taps);
        float[] bias = Sample.values(3, channels);
        DilatedDepthwiseConv conv = DilatedDepthwiseConv.pack(weights, bias, kernel, dilation, Arena.ofAuto());
        float[] actual = Workers.agree(workers -> {
            GuardedMap src = GuardedMap.of(values, channels);
            GuardedMap dst = GuardedMap.empty(images * height * width, channels);
            workers.each(share -> conv.run(src.matrix(), dst.matrix(), height, width,
                    scratch(width, kernel, dilation), share));
            assertArrayEquals(values, src.values(), "the input has changed");
            return dst.values();
        });
        double[] magnitudes = ReferenceConvolution.depthwise(Rounding.magnitudes(values), Rounding.magnitudes(weights),
                Rounding.magnitudes(bias), height, width, dilation);
        Rounding.assertWithin(i -> Rounding.ofSum(taps, magnitudes[i]),
                ReferenceConvolution.depthwise(Reference.exactly(values),
                        Reference.exactly(weights), Reference.exactly(bias), height, width, dilation),
                actual);
    }

    /** Scratch memory as another op may have left it. */
    private static MemorySegment scratch(int width, int kernel, int dilation) {
        return Arena.ofAuto().allocate(DilatedDepthwiseConv.scratchBytes(width, kernel, dilation),
                Matrix.ROW_ALIGNMENT).fill((byte) -1);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Arena arena = Arena.ofAuto();
        assertThrows(IllegalArgumentException.class,
                () -> DilatedDepthwiseConv.pack(new float[5 * 16], new float[5], 4, 1, arena));
        assertThrows(IllegalArgumentException.class,
                () -> DilatedDepthwiseConv.pack(new float[5 * 9], new float[5], 3, 0, arena));
        assertThrows(IllegalArgumentException.class,
                () -> DilatedDepthwiseConv.pack(new float[5 * 9 - 1], new float[5], 3, 1, arena));
        DilatedDepthwiseConv conv = DilatedDepthwiseConv.pack(new float[5 * 9], new float[5], 3, 2, arena);
        Matrix src = GuardedMap.empty(6, 5).matrix();
        Matrix dst = GuardedMap.empty(6, 5).matrix();
        assertThrows(IllegalArgumentException.class,
                () -> conv.run(src, GuardedMap.empty(6, 4).matrix(), 2, 3, scratch(3, 3, 2), Share.ALL));
        assertThrows(IndexOutOfBoundsException.class,
                () -> conv.run(src, dst, 2, 3, scratch(3, 3, 2).asSlice(4), Share.ALL));
    }
}
