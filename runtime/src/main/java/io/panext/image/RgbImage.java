package io.panext.image;

import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Pixels of 8-bit red, green and blue, without padding between rows: HWC order, pixel {@code (x, y)} begins at
 * {@code 3 * (y * width + x)}.
 */
public final class RgbImage {
    /** Samples per pixel. */
    public static final int CHANNELS = 3;

    private final int width;
    private final int height;
    private final byte[] pixels;

    /**
     * Wraps pixels without copying them: from here on the array belongs to the image.
     *
     * @throws IllegalArgumentException if an edge is not positive, or the array is not {@code 3 * width * height} long
     */
    public RgbImage(int width, int height, byte[] pixels) {
        if (width < 1 || height < 1 || pixels.length != (long) CHANNELS * width * height) {
            throw new IllegalArgumentException(
                    width + "x" + height + " RGB pixels do not fit an array of " + pixels.length + " bytes");
        }
        this.width = width;
        this.height = height;
        this.pixels = pixels;
    }

    /**
     * Returns a copy of an image of any type as Pillow's {@code convert("RGB")} makes it.
     *
     * <p>Transparency is dropped, not blended, and of samples wider than 8 bits the high byte is kept. Colour profiles
     * are ignored: grey and RGB samples are taken as they are stored. What Java2D holds in other ways, such as
     * premultiplied or floating-point samples, is converted by Java2D.
     *
     * @throws IllegalArgumentException if the image has more than 715 million pixels
     */
    public static RgbImage of(BufferedImage image) {
        return PixelFormat.of(image.getColorModel()).map(format -> format.read(image.getRaster()))
                .orElseGet(() -> of(argb(image)));
    }

    /**
     * Returns images beside each other, from left to right.
     *
     * @throws IllegalArgumentException if there are none, or not all are of the same height
     */
    public static RgbImage beside(List<RgbImage> images) {
        int height = images.isEmpty() ? 0 : images.getFirst().height;
        int width = images.stream().mapToInt(RgbImage::width).sum();
        if (height == 0 || images.stream().anyMatch(image -> image.height != height)) {
            throw new IllegalArgumentException("images of different heights have no place beside each other");
        }
        byte[] pixels = new byte[Math.multiplyExact(CHANNELS * width, height)];
        int left = 0;
        for (RgbImage image : images) {
            for (int y = 0; y < height; y++) {
                System.arraycopy(image.pixels, CHANNELS * y * image.width, pixels, CHANNELS * (y * width + left),
                        CHANNELS * image.width);
            }
            left += image.width;
        }
        return new RgbImage(width, height, pixels);
    }

    private static BufferedImage argb(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        BufferedImage argb = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        argb.setRGB(0, 0, width, height, image.getRGB(0, 0, width, height, null, 0, width), 0, width);
        return argb;
    }

    /** Columns. */
    public int width() {
        return width;
    }

    /** Rows. */
    public int height() {
        return height;
    }

    /** The pixels themselves, not a copy, {@code 3 * width * height} bytes: the caller must not change them. */
    public byte[] pixels() {
        return pixels;
    }
}
