package io.panext.image;

import java.awt.color.ColorSpace;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.util.Optional;

/**
 * What the samples of a raster mean in red, green and blue.
 *
 * <p>Rasters are read below Java2D's colour management: {@code BufferedImage.getRGB} would bend grey values along a
 * gamma curve and apply embedded profiles, neither of which Pillow or torchvision do.
 */
interface PixelFormat {
    /** Converts one row of band-interleaved samples to 8-bit RGB, written from {@code offset} on. */
    void convert(int[] samples, int width, byte[] rgb, int offset);

    /** Returns a copy of the raster in RGB. */
    default RgbImage read(Raster raster) {
        int width = raster.getWidth();
        int height = raster.getHeight();
        long size = (long) RgbImage.CHANNELS * width * height;
        if (size > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(width + "x" + height + " pixels are more than an array can hold");
        }
        byte[] rgb = new byte[(int) size];
        int[] samples = new int[width * raster.getNumBands()];
        for (int y = 0; y < height; y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, samples);
            convert(samples, width, rgb, RgbImage.CHANNELS * width * y);
        }
        return new RgbImage(width, height, rgb);
    }

    /** Returns the format of rasters of a colour model, if it is one of plain palette, grey or RGB samples. */
    static Optional<PixelFormat> of(ColorModel model) {
        if (model instanceof IndexColorModel indexed) {
            return Optional.of(palette(indexed));
        }
        int type = model.getTransferType();
        if (model.isAlphaPremultiplied()
                || (type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT && type != DataBuffer.TYPE_INT)) {
            return Optional.empty();
        }
        return switch (model.getColorSpace().getType()) {
            case ColorSpace.TYPE_GRAY -> Optional.of(direct(model, 0, 0, 0));
            case ColorSpace.TYPE_RGB -> Optional.of(direct(model, 0, 1, 2));
            default -> Optional.empty();
        };
    }

    private static PixelFormat palette(IndexColorModel model) {
        // an index beyond the palette is black
        int[] palette = new int[1 << model.getPixelSize()];
        for (int i = 0; i < model.getMapSize(); i++) {
            palette[i] = model.getRGB(i);
        }
        return (samples, width, rgb, offset) -> {
            for (int x = 0; x < width; x++) {
                int colour = palette[samples[x]];
                rgb[offset++] = (byte) (colour >> 16);
                rgb[offset++] = (byte) (colour >> 8);
                rgb[offset++] = (byte) colour;
            }
        };
    }

    private static PixelFormat direct(ColorModel model, int red, int green, int blue) {
        int bands = model.getNumComponents();
        int redBits = model.getComponentSize(red);
        int greenBits = model.getComponentSize(green);
        int blueBits = model.getComponentSize(blue);
        return (samples, width, rgb, offset) -> {
            for (int x = 0; x < width * bands; x += bands) {
                rgb[offset++] = to8Bits(samples[x + red], redBits);
                rgb[offset++] = to8Bits(samples[x + green], greenBits);
                rgb[offset++] = to8Bits(samples[x + blue], blueBits);
            }
        };
    }

    private static byte to8Bits(int sample, int bits) {
        return (byte) (bits >= 8 ? sample >>> (bits - 8) : sample * 255 / ((1 << bits) - 1));
    }
}
