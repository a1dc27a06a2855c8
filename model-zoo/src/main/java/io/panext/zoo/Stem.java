package io.panext.zoo;

/** How an image becomes the first map. All convolutions have a bias; a norm follows, unless it says otherwise. */
public sealed interface Stem {

    /** The 4×4 patches of the papers. */
    Stem DEFAULT = new Patch(4);

    /** Edge of the convolutions of a stem that overlaps. */
    int OVERLAP_KERNEL = 3;

    /** Stride of each convolution of a stem that overlaps. */
    int OVERLAP_STRIDE = 2;

    /** The most channels between the convolutions of a stem that overlaps: the second has nine weights for each pair. */
    int MAX_CHANNELS = ConvNeXtSpec.MAX_CHANNELS / 2;

    /** Image pixels, along an edge, that make one pixel of the first map. */
    int stride();

    /**
     * One convolution whose kernel is its stride.
     *
     * @param size edge of the kernel
     */
    record Patch(int size) implements Stem {

        /** @throws IllegalArgumentException if the size is outside 1..64 */
        public Patch {
            requireSize(size);
        }

        @Override
        public int stride() {
            return size;
        }
    }

    /**
     * One convolution whose kernel is its stride, and no norm: the isotropic models' stem.
     *
     * @param size edge of the kernel
     */
    record BarePatch(int size) implements Stem {

        /** @throws IllegalArgumentException if the size is outside 1..64 */
        public BarePatch {
            requireSize(size);
        }

        @Override
        public int stride() {
            return size;
        }
    }

    /**
     * Two 3×3 convolutions with stride 2 and padding 1, nothing between them: timm's {@code overlap}, where the first has
     * as many channels as the second, and {@code overlap_tiered}, where it has about half as many.
     *
     * @param channels outputs of the first convolution
     */
    record Overlap(int channels) implements Stem {

        /** @throws IllegalArgumentException if the channels are outside 1..{@value #MAX_CHANNELS} */
        public Overlap {
            requireChannels(channels);
        }

        @Override
        public int stride() {
            return OVERLAP_STRIDE * OVERLAP_STRIDE;
        }
    }

    /**
     * The same with the model's activation between the convolutions: timm's {@code overlap_act}.
     *
     * @param channels outputs of the first convolution
     */
    record ActivatedOverlap(int channels) implements Stem {

        /** @throws IllegalArgumentException if the channels are outside 1..{@value #MAX_CHANNELS} */
        public ActivatedOverlap {
            requireChannels(channels);
        }

        @Override
        public int stride() {
            return OVERLAP_STRIDE * OVERLAP_STRIDE;
        }
    }

    private static void requireSize(int size) {
        if (size < 1 || size > 64) {
            throw new IllegalArgumentException("a stem of " + size + "x" + size + " patches");
        }
    }

    private static void requireChannels(int channels) {
        if (channels < 1 || channels > MAX_CHANNELS) {
            throw new IllegalArgumentException("a stem of " + channels + " channels, outside 1.." + MAX_CHANNELS);
        }
    }
}
