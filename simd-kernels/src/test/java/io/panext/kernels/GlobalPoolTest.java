package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class GlobalPoolTest {

    @EveryChannelCount
    void agreesWithTheReferenceWhateverTheWorkers(int channels) {
        for (int pixels : new int[] {1, 2, 49, 98}) {
            for (int images = 1; images <= 3; images++) {
                assertPooled(images, pixels, channels);
            }
        }
    }

    private static void assertPooled(int images, int pixels, int channels) {
        float[] values = Sample.values(images, images * pixels * channels);
        float[] actual = Workers.agree(workers -> {
            GuardedMap dst = GuardedMap.empty(images, channels);
            workers.each(share -> GlobalPool.run(GuardedMap.of(values, channels).matrix(), ImageRows.equal(images,
                    pixels), dst.matrix(), share));
            return dst.values();
        });
        double[] magnitudes = Reference.globalPool(Rounding.magnitudes(values), channels, pixels);
        Rounding.assertWithin(i -> Rounding.ofSum(pixels, magnitudes[i]),
                Reference.globalPool(Reference.exactly(values), channels, pixels), actual);
    }

    @Test
    void mismatchingShapesAreRefused() {
        Matrix src = GuardedMap.empty(6, 5).matrix();
        ImageRows images = ImageRows.equal(2, 3);
        assertThrows(IllegalArgumentException.class,
                () -> GlobalPool.run(src, images, GuardedMap.empty(2, 4).matrix(), Share.ALL));
        assertThrows(IllegalArgumentException.class,
                () -> GlobalPool.run(src, images, GuardedMap.empty(3, 5).matrix(), Share.ALL));
        assertThrows(IllegalArgumentException.class,
                () -> GlobalPool.run(src, ImageRows.equal(2, 4), GuardedMap.empty(2, 5).matrix(), Share.ALL));
    }
}
