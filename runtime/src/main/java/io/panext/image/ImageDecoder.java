package io.panext.image;

import io.panext.zoo.checkpoint.FileRefusal;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;

/**
 * Reads PNG, JPEG, WebP, GIF (the first frame) and BMP files into RGB pixels, as Pillow's
 * {@code Image.open(file).convert("RGB")} does.
 *
 * <p>The format is told by the content, never by the name. Grey, palette, transparent, 16-bit and CMYK images become
 * 8-bit RGB: transparency is dropped, not blended; of 16-bit samples the high byte is kept (Pillow clips 16-bit grey
 * instead, which turns nearly everything white); colour profiles are ignored. A file that is cut short is an error,
 * never a partly grey picture. Nothing is written to disk.
 *
 * <p>Two things differ from Pillow: the colours of lossy WebP are upsampled without libwebp's smoothing, and of a GIF
 * whose first frame is smaller than its canvas only the frame is read.
 *
 * @param orientation whether the EXIF orientation is applied
 * @param maxPixels   the most pixels that a file may hold: a larger one is refused before memory for its pixels is
 *                    taken
 */
public record ImageDecoder(Orientation orientation, long maxPixels) {

    /** 100 million pixels: 300 MB once decoded, and about as much while decoding. */
    public static final long DEFAULT_MAX_PIXELS = 100_000_000;

    /** Respects the orientation, up to {@link #DEFAULT_MAX_PIXELS}. */
    public static final ImageDecoder DEFAULT = new ImageDecoder(Orientation.RESPECT, DEFAULT_MAX_PIXELS);

    /** What stands for the file's name in messages about bytes. */
    private static final String UNNAMED = "image";

    /** What libjpeg says of data that ends too soon, before it fills the rest with grey. */
    private static final String CUT_SHORT = "premature end";

    /** @throws IllegalArgumentException if {@code maxPixels} is not positive, or more than one array can hold */
    public ImageDecoder {
        Objects.requireNonNull(orientation, "orientation");
        if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE / RgbImage.CHANNELS) {
            throw new IllegalArgumentException("a limit of " + maxPixels + " pixels");
        }
    }

    /** Returns this decoder with another way of treating the EXIF orientation. */
    public ImageDecoder withOrientation(Orientation newOrientation) {
        return new ImageDecoder(newOrientation, maxPixels);
    }

    /** Returns this decoder with another limit. */
    public ImageDecoder withMaxPixels(long newMaxPixels) {
        return new ImageDecoder(orientation, newMaxPixels);
    }

    /**
     * Reads a file.
     *
     * @throws ImageException if there is no such file, it cannot be read, or what it holds is not a whole image
     */
    public RgbImage decode(Path file) throws ImageException {
        String name = file.toString();
        if (Files.isDirectory(file)) {
            throw new ImageException(name, "is a directory, not an image");
        }
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new ImageException(name, FileRefusal.reason(e), e);
        } catch (OutOfMemoryError e) {
            throw new ImageException(name, "cannot be read: " + ImageException.reason(e), e);
        }
        return decode(content, name);
    }

    /**
     * Reads a file that is in memory.
     *
     * @throws ImageException if it is not a whole image
     */
    public RgbImage decode(byte[] file) throws ImageException {
        return decode(file, UNNAMED);
    }

    private RgbImage decode(byte[] file, String name) throws ImageException {
        if (file.length == 0) {
            throw new ImageException(name, "is empty");
        }
        ImageFormat format = ImageFormat.of(file).orElseThrow(
                () -> new ImageException(name,
                        "is not an image of a known format " + Arrays.toString(ImageFormat.values())));
        try {
            byte[] plain = format == ImageFormat.WEBP ? WebPContainer.withoutProfile(file) : file;
            RgbImage stored = pixels(plain, format, name);
            return orientation == Orientation.IGNORE ? stored : ExifOrientation.of(file, format).apply(stored);
        } catch (ImageException e) {
            throw e;
        } catch (OutOfMemoryError e) {
            throw new ImageException(name, "needs more memory than there is", e);
        } catch (IOException | RuntimeException | StackOverflowError | AssertionError e) {
            // on corrupt data the plugins throw whatever they stumble over
            String reason = e instanceof IOException && e.getMessage() != null ? ": " + ImageException.reason(e) : "";
            throw new ImageException(name, "truncated or corrupt " + format + reason, e);
        }
    }

    private RgbImage pixels(byte[] file, ImageFormat format, String name) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format.name().toLowerCase(Locale.ROOT));
        if (!readers.hasNext()) {
            throw new ImageException(name, "no plugin for " + format + " is on the class path");
        }
        ImageReader reader = readers.next();
        try (EncodedStream stream = new EncodedStream(file)) {
            List<String> warnings = new ArrayList<>();
            reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
            reader.setInput(stream, true, true);
            long width = reader.getWidth(0);
            long height = reader.getHeight(0);
            if (width * height > maxPixels) {
                throw new ImageException(name,
                        width + "x" + height + " pixels are more than the limit of " + maxPixels);
            }
            if (format != ImageFormat.JPEG) {
                return RgbImage.of(reader.read(0));
            }
            JpegHeader header = JpegHeader.of(file);
            if (!header.complete()) {
                throw new EOFException();
            }
            RgbImage image = header.colour().read(reader.readRaster(0, null));
            for (String warning : warnings) {
                if (warning.toLowerCase(Locale.ROOT).contains(CUT_SHORT)) {
                    throw new IOException(warning);
                }
            }
            return image;
        } finally {
            reader.dispose();
        }
    }
}
