package io.panext.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
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
 * @param orientation whether the EXIF orientation is applied
 * @param maxPixels   the most pixels that a file may hold: a larger one is refused before memory for its pixels is
 *                    taken
 */
public record ImageDecoder(Orientation orientation, long maxPixels) {

    /** 100 million pixels: beyond any camera's picture, and 300 MB once decoded. */
    public static final long DEFAULT_MAX_PIXELS = 100_000_000;

    /** Respects the orientation, up to {@link #DEFAULT_MAX_PIXELS}. */
    public static final ImageDecoder DEFAULT = new ImageDecoder(Orientation.RESPECT, DEFAULT_MAX_PIXELS);

    /** What stands for the file's name in messages about bytes. */
    private static final String UNNAMED = "image";

    private static final int WEBP_LENGTH = 4;
    /** Where the first chunk's name ends: with X, if it is {@code VP8X}. */
    private static final int WEBP_EXTENDED = 15;
    private static final int WEBP_FLAGS = 20;
    private static final int WEBP_PROFILE = 0x20;

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
        byte[] content;
        try {
            if (Files.isDirectory(file)) {
                throw new ImageException(name, "is a directory, not an image");
            }
            content = Files.readAllBytes(file);
        } catch (ImageException e) {
            throw e;
        } catch (NoSuchFileException e) {
            throw new ImageException(name, "no such file", e);
        } catch (AccessDeniedException e) {
            throw new ImageException(name, "permission denied", e);
        } catch (IOException | OutOfMemoryError e) {
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
                        "is not an image that can be read; " + List.of(ImageFormat.values()) + " can"));
        try {
            RgbImage stored = pixels(format == ImageFormat.WEBP ? plainWebP(file) : file, format, name);
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

    /**
     * Checks that the file is as long as its header says, which the WebP plugin does not, and returns a copy without the
     * flag that has the plugin convert colours through an embedded profile.
     */
    private static byte[] plainWebP(byte[] file) throws IOException {
        ByteBuffer webp = ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN);
        if (Integer.toUnsignedLong(webp.getInt(WEBP_LENGTH)) > webp.limit() - WEBP_LENGTH - Integer.BYTES) {
            throw new EOFException();
        }
        if (webp.get(WEBP_EXTENDED) == 'X') {
            webp.put(WEBP_FLAGS, (byte) (webp.get(WEBP_FLAGS) & ~WEBP_PROFILE));
        }
        return webp.array();
    }
}
