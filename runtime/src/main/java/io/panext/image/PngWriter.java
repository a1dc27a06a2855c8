package io.panext.image;

import io.panext.zoo.checkpoint.CompleteFile;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes images as PNG files. */
public final class PngWriter {
    private PngWriter() {}

    /**
     * Writes an image to a file, whole or not at all. An existing file is replaced.
     *
     * @throws IOException if the file cannot be written; the message begins with its name
     */
    public static void write(RgbImage image, Path file) throws IOException {
        CompleteFile.write(file, encode(image));
    }

    private static byte[] encode(RgbImage image) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
        try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(content)) {
            writer.setOutput(stream);
            writer.write(view(image));
        } finally {
            writer.dispose();
        }
        return content.toByteArray();
    }

    /** The same pixels as Java2D sees them, not a copy. */
    private static BufferedImage view(RgbImage image) {
        DataBufferByte pixels = new DataBufferByte(image.pixels(), image.pixels().length);
        WritableRaster raster = Raster.createInterleavedRaster(pixels, image.width(), image.height(),
                RgbImage.CHANNELS * image.width(), RgbImage.CHANNELS, new int[] {0, 1, 2}, null);
        ComponentColorModel rgb = new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false,
                ComponentColorModel.OPAQUE, DataBuffer.TYPE_BYTE);
        return new BufferedImage(rgb, raster, false, null);
    }
}
