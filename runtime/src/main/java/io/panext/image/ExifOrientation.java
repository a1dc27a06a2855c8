package io.panext.image;

import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.png.PngChunk;
import com.drew.imaging.png.PngChunkReader;
import com.drew.imaging.png.PngChunkType;
import com.drew.imaging.webp.WebpMetadataReader;
import com.drew.lang.ByteArrayReader;
import com.drew.lang.SequentialByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Set;

/**
 * EXIF's tag 0x0112, in the order of its values 1..8: where the first row and the first column of the stored picture
 * are in the upright one.
 */
enum ExifOrientation {
    TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT, LEFT_TOP, RIGHT_TOP, RIGHT_BOTTOM, LEFT_BOTTOM;

    /** Returns the orientation that a file asks for; a file without (readable) EXIF data is upright. */
    static ExifOrientation of(byte[] file, ImageFormat format) {
        try {
            Integer value = metadata(file, format).getDirectoriesOfType(ExifIFD0Directory.class).stream()
                    .map(d -> d.getInteger(ExifIFD0Directory.TAG_ORIENTATION)).findFirst().orElse(null);
            return value == null || value < 1 || value > values().length ? TOP_LEFT : values()[value - 1];
        } catch (IOException | ImageProcessingException | RuntimeException e) {
            return TOP_LEFT;
        }
    }

    private static Metadata metadata(byte[] file, ImageFormat format) throws IOException, ImageProcessingException {
        Metadata metadata = new Metadata();
        return switch (format) {
            case JPEG -> {
                JpegHeader.of(file).find(JpegHeader.APP1, ExifReader.JPEG_SEGMENT_PREAMBLE).ifPresent(exif -> {
                    byte[] data = new byte[exif.limit()];
                    exif.get(0, data);
                    new ExifReader().extract(new ByteArrayReader(data), metadata,
                            ExifReader.JPEG_SEGMENT_PREAMBLE.length());
                });
                yield metadata;
            }
            case PNG -> {
                // not PngMetadataReader, which also inflates text and profiles, without a limit
                for (PngChunk chunk : new PngChunkReader().extract(new SequentialByteArrayReader(file),
                        Set.of(PngChunkType.eXIf))) {
                    new ExifReader().extract(new ByteArrayReader(chunk.getBytes()), metadata);
                }
                yield metadata;
            }
            case WEBP -> WebpMetadataReader.readMetadata(new ByteArrayInputStream(file));
            case GIF, BMP -> metadata;
        };
    }

    /** Returns the upright picture of a stored one. */
    RgbImage apply(RgbImage stored) {
        if (this == TOP_LEFT) {
            return stored;
        }
        int width = stored.width();
        int height = stored.height();
        // steps through the upright picture, in pixels, for one column and one row of the stored one
        boolean swapped = compareTo(LEFT_TOP) >= 0;
        int stride = swapped ? height : width;
        int column = swapped ? stride : 1;
        int row = swapped ? 1 : stride;
        int first = 0;
        if (this == TOP_RIGHT || this == BOTTOM_RIGHT || this == RIGHT_BOTTOM || this == LEFT_BOTTOM) {
            first += (width - 1) * column;
            column = -column;
        }
        if (this == BOTTOM_RIGHT || this == BOTTOM_LEFT || this == RIGHT_TOP || this == RIGHT_BOTTOM) {
            first += (height - 1) * row;
            row = -row;
        }
        byte[] src = stored.pixels();
        byte[] dst = new byte[src.length];
        int s = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int d = RgbImage.CHANNELS * (first + x * column + y * row);
                dst[d] = src[s++];
                dst[d + 1] = src[s++];
                dst[d + 2] = src[s++];
            }
        }
        return swapped ? new RgbImage(height, width, dst) : new RgbImage(width, height, dst);
    }
}
