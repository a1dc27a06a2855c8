package io.panext.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes images as PNG files. */
public final class PngWriter {
    private PngWriter() {}

    /**
     * Writes an image to a file, whole or not at all: into a temporary file beside it, which then takes its place. An
     * existing file is replaced.
     *
     * @throws ImageException if the file cannot be written
     */
    public static void write(RgbImage image, Path file) throws ImageException {
        try {
            replace(file, encode(image));
        } catch (NoSuchFileException e) {
            throw new ImageException(file.toString(), "cannot be written: no such directory", e);
        } catch (AccessDeniedException e) {
            throw new ImageException(file.toString(), "cannot be written: permission denied", e);
        } catch (IOException e) {
            throw new ImageException(file.toString(), "cannot be written: " + ImageException.reason(e), e);
        }
    }

    private static void replace(Path file, byte[] content) throws IOException {
        // not createTempFile, whose files nobody but their owner may read
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.write(temporary, content, StandardOpenOption.CREATE_NEW);
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
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
