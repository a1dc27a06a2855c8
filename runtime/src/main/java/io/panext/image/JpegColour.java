package io.panext.image;

/**
 * The colour spaces of JPEG files, converted with libjpeg's integers; CMYK becomes RGB by Pillow's formula
 * {@code k - c * k / 255}, without a colour profile.
 */
enum JpegColour implements PixelFormat {
    GREY(1) {
        @Override
        void pixel(int[] samples, int i, byte[] rgb, int offset) {
            rgb[offset] = rgb[offset + 1] = rgb[offset + 2] = (byte) samples[i];
        }
    },
    RGB(3) {
        @Override
        void pixel(int[] samples, int i, byte[] rgb, int offset) {
            rgb[offset] = (byte) samples[i];
            rgb[offset + 1] = (byte) samples[i + 1];
            rgb[offset + 2] = (byte) samples[i + 2];
        }
    },
    YCBCR(3) {
        @Override
        void pixel(int[] samples, int i, byte[] rgb, int offset) {
            int y = samples[i];
            int cb = samples[i + 1] - 128;
            int cr = samples[i + 2] - 128;
            rgb[offset] = (byte) red(y, cr);
            rgb[offset + 1] = (byte) green(y, cb, cr);
            rgb[offset + 2] = (byte) blue(y, cb);
        }
    },
    CMYK(4) {
        @Override
        void pixel(int[] samples, int i, byte[] rgb, int offset) {
            ink(samples[i], samples[i + 1], samples[i + 2], samples[i + 3], rgb, offset);
        }
    },
    /** CMYK as Adobe's programs write it: 255 is no ink. */
    INVERTED_CMYK(4) {
        @Override
        void pixel(int[] samples, int i, byte[] rgb, int offset) {
            ink(255 - samples[i], 255 - samples[i + 1], 255 - samples[i + 2], 255 - samples[i + 3], rgb, offset);
        }
    },
    /** YCbCr of the complements of inverted C, M and Y, and inverted K: only Adobe's marker announces it. */
    YCCK(4) {
        @Override
        void pixel(int[] samples, int i, byte[] rgb, int offset) {
            int y = samples[i];
            int cb = samples[i + 1] - 128;
            int cr = samples[i + 2] - 128;
            ink(red(y, cr), green(y, cb, cr), blue(y, cb), 255 - samples[i + 3], rgb, offset);
        }
    };

    private static final int FRACTION_BITS = 16;
    private static final int HALF = 1 << (FRACTION_BITS - 1);
    private static final int CR_TO_RED = fixed(1.40200);
    private static final int CB_TO_BLUE = fixed(1.77200);
    private static final int CR_TO_GREEN = fixed(0.71414);
    private static final int CB_TO_GREEN = fixed(0.34414);

    /** Samples per pixel. */
    private final int bands;

    JpegColour(int bands) {
        this.bands = bands;
    }

    abstract void pixel(int[] samples, int i, byte[] rgb, int offset);

    @Override
    public void convert(int[] samples, int width, byte[] rgb, int offset) {
        for (int x = 0; x < width; x++) {
            pixel(samples, x * bands, rgb, offset + RgbImage.CHANNELS * x);
        }
    }

    private static int fixed(double factor) {
        return (int) (factor * (1 << FRACTION_BITS) + 0.5);
    }

    private static int red(int y, int cr) {
        return Math.clamp(y + ((CR_TO_RED * cr + HALF) >> FRACTION_BITS), 0, 255);
    }

    private static int green(int y, int cb, int cr) {
        return Math.clamp(y + ((-CB_TO_GREEN * cb - CR_TO_GREEN * cr + HALF) >> FRACTION_BITS), 0, 255);
    }

    private static int blue(int y, int cb) {
        return Math.clamp(y + ((CB_TO_BLUE * cb + HALF) >> FRACTION_BITS), 0, 255);
    }

    private static void ink(int cyan, int magenta, int yellow, int black, byte[] rgb, int offset) {
        int light = 255 - black;
        rgb[offset] = (byte) (light - product(cyan, light));
        rgb[offset + 1] = (byte) (light - product(magenta, light));
        rgb[offset + 2] = (byte) (light - product(yellow, light));
    }

    /** {@code a * b / 255}, rounded. */
    private static int product(int a, int b) {
        int t = a * b + 128;
        return ((t >> 8) + t) >> 8;
    }
}
