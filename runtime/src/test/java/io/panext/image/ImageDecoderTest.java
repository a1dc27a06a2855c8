package io.panext.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    private static final Path FIXTURES = Path.of("src/test/resources/image");
    private static final Path SAMPLES = Path.of("../model-zoo/samples");
    private static final int TRUNCATIONS = 150;
    private static final int CORRUPTIONS = 150;

    @ParameterizedTest
    @MethodSource("pillow")
    void everyByteIsPillows(String name, int width, int height, String crc) throws IOException {
        Path file = FIXTURES.resolve(name);
        RgbImage image = ImageDecoder.DEFAULT.decode(Files.exists(file) ? file : SAMPLES.resolve(name));
        assertEquals(width, image.width());
        assertEquals(height, image.height());
        assertEquals(crc, String.format("%08x", crc32(image.pixels())));
    }

    static Stream<Object[]> pillow() throws IOException {
        return Files.readAllLines(FIXTURES.resolve("pillow.txt")).stream().filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" ", -1))
                .map(f -> new Object[] {f[0], Integer.valueOf(f[1]), Integer.valueOf(f[2]), f[3]});
    }

    /** The pictures are what libwebp decodes without its smoothing ({@code dwebp -nofancy}); the plugin rounds otherwise. */
    @ParameterizedTest
    @ValueSource(strings = {"lossy", "lossy-alpha", "lossy-fast"})
    void lossyWebPIsWhatLibwebpDecodesWithoutSmoothingColours(String name) throws IOException {
        byte[] expected = ImageDecoder.DEFAULT.decode(FIXTURES.resolve(name + ".libwebp.png")).pixels();
        byte[] decoded = ImageDecoder.DEFAULT.decode(FIXTURES.resolve(name + ".webp")).pixels();
        long sum = 0;
        for (int i = 0; i < expected.length; i++) {
            int difference = Math.abs((expected[i] & 0xFF) - (decoded[i] & 0xFF));
            assertTrue(difference <= 16, () -> name + " differs by " + difference);
            sum += difference;
        }
        assertTrue(sum < 0.7 * expected.length, 1.0 * sum / expected.length + " levels on average");
    }

    @Test
    void theContentTellsTheFormat(@TempDir Path directory) throws IOException {
        Path misnamed = Files.copy(FIXTURES.resolve("grey.jpg"), directory.resolve("grey.png"));
        assertArrayEquals(ImageDecoder.DEFAULT.decode(FIXTURES.resolve("grey.jpg")).pixels(),
                ImageDecoder.DEFAULT.decode(misnamed).pixels());
    }

    @Test
    void theFileIsTheSameFromMemory() throws IOException {
        Path file = SAMPLES.resolve("chelsea.png");
        assertArrayEquals(ImageDecoder.DEFAULT.decode(file).pixels(),
                ImageDecoder.DEFAULT.decode(Files.readAllBytes(file)).pixels());
    }

    @Test
    void onePixel() throws IOException {
        RgbImage image = ImageDecoder.DEFAULT.decode(png(1, 1, new byte[] {0, 10, 20, 30}));
        assertEquals(1, image.width());
        assertEquals(1, image.height());
        assertArrayEquals(new byte[] {10, 20, 30}, image.pixels());
    }

    @Test
    void aHugeImageIsRefusedFromItsHeader() throws IOException {
        byte[] file = png(20_000, 20_000, new byte[0]);
        assertMessage("image: 20000x20000 pixels are more than the limit of 100000000", file);
    }

    @Test
    void theLimitIsInclusive() throws IOException {
        byte[] file = Files.readAllBytes(FIXTURES.resolve("rgb.bmp"));
        assertEquals(63, ImageDecoder.DEFAULT.withMaxPixels(63 * 47).decode(file).width());
        assertThrows(ImageException.class, () -> ImageDecoder.DEFAULT.withMaxPixels(63 * 47 - 1).decode(file));
    }

    @ParameterizedTest
    @CsvSource({"2147483647, 2147483647", "-2147483648, 1", "1, -2147483648", "0, 0", "65536, 65536"})
    void aBmpOfAbsurdSize(int width, int height) throws IOException {
        byte[] file = Files.readAllBytes(FIXTURES.resolve("rgb.bmp"));
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(18, width).putInt(22, height);
        assertThrows(ImageException.class, () -> ImageDecoder.DEFAULT.decode(file));
    }

    @Test
    void whatIsNoImage(@TempDir Path directory) throws IOException {
        Path text = Files.writeString(directory.resolve("cat.jpg"), "a cat");
        Path empty = Files.createFile(directory.resolve("empty.png"));
        Path missing = directory.resolve("missing.png");
        assertAll(
                () -> assertMessage(text + ": is not an image of a known format [PNG, JPEG, WEBP, GIF, BMP]", text),
                () -> assertMessage(empty + ": is empty", empty),
                () -> assertMessage(missing + ": no such file", missing),
                () -> assertMessage(directory + ": is a directory, not an image", directory),
                () -> assertMessage("image: is empty", new byte[0]));
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void aTruncatedFileIsAnErrorOrComplete(Path path) throws IOException {
        byte[] file = Files.readAllBytes(path);
        byte[] whole = ImageDecoder.DEFAULT.decode(file).pixels();
        for (int i = 0; i < TRUNCATIONS; i++) {
            int length = (int) ((long) file.length * i / TRUNCATIONS);
            assertErrorOr(whole, Arrays.copyOf(file, length), length);
        }
        for (int length = file.length - 20; length < file.length; length++) {
            assertErrorOr(whole, Arrays.copyOf(file, length), length);
        }
    }

    private static void assertErrorOr(byte[] whole, byte[] truncated, int length) {
        try {
            byte[] pixels = ImageDecoder.DEFAULT.decode(truncated).pixels();
            assertArrayEquals(whole, pixels, () -> "cut to " + length + " bytes");
        } catch (ImageException e) {
            assertOneLine(e);
        }
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void aCorruptFileThrowsNothingElse(Path path) throws IOException {
        byte[] file = Files.readAllBytes(path);
        ImageDecoder decoder = ImageDecoder.DEFAULT.withMaxPixels(1_000_000);
        Random random = new Random(1);
        for (int i = 0; i < CORRUPTIONS; i++) {
            byte[] corrupt = file.clone();
            corrupt[random.nextInt(file.length)] = (byte) random.nextInt();
            corrupt[random.nextInt(Math.min(file.length, 200))] = (byte) random.nextInt();
            try {
                decoder.decode(corrupt);
            } catch (ImageException e) {
                assertOneLine(e);
            }
        }
    }

    static Stream<Path> fixtures() throws IOException {
        try (Stream<Path> files = Files.list(FIXTURES)) {
            return files.filter(f -> f.toString().matches(".*\\.(png|jpg|gif|bmp|webp)")).sorted().toList().stream();
        }
    }

    /** Each orientation as where the upright picture's pixel (x, y) lies in a stored one of 3 × 2. */
    private enum Upright {
        TOP_LEFT, TOP_RIGHT, BOTTOM_RIGHT, BOTTOM_LEFT, LEFT_TOP, RIGHT_TOP, RIGHT_BOTTOM, LEFT_BOTTOM;

        int stored(int x, int y) {
            return switch (this) {
                case TOP_LEFT -> 3 * y + x;
                case TOP_RIGHT -> 3 * y + 2 - x;
                case BOTTOM_RIGHT -> 3 * (1 - y) + 2 - x;
                case BOTTOM_LEFT -> 3 * (1 - y) + x;
                case LEFT_TOP -> 3 * x + y;
                case RIGHT_TOP -> 3 * (1 - x) + y;
                case RIGHT_BOTTOM -> 3 * (1 - x) + 2 - y;
                case LEFT_BOTTOM -> 3 * x + 2 - y;
            };
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void exifOrientations(int value) throws IOException {
        byte[] rows = {0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0, 4, 4, 4, 5, 5, 5, 6, 6, 6};
        byte[] file = png(3, 2, rows, chunk("eXIf", exif(value)));
        RgbImage stored = ImageDecoder.DEFAULT.withOrientation(Orientation.IGNORE).decode(file);
        RgbImage upright = ImageDecoder.DEFAULT.decode(file);
        assertEquals(3, stored.width());
        assertEquals(value < 5 ? 3 : 2, upright.width());
        assertEquals(value < 5 ? 2 : 3, upright.height());
        for (int y = 0; y < upright.height(); y++) {
            for (int x = 0; x < upright.width(); x++) {
                assertEquals(1 + Upright.values()[value - 1].stored(x, y),
                        upright.pixels()[3 * (y * upright.width() + x)], "x " + x + ", y " + y);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 65535})
    void anUnknownOrientationIsUpright(int value) throws IOException {
        byte[] file = png(1, 2, new byte[] {0, 1, 1, 1, 0, 2, 2, 2}, chunk("eXIf", exif(value)));
        assertEquals(2, ImageDecoder.DEFAULT.decode(file).height());
    }

    @Test
    void exifInJpeg() throws IOException {
        byte[] file = Files.readAllBytes(FIXTURES.resolve("rgb-2x2.jpg"));
        byte[] exif = concat("Exif\0\0".getBytes(ISO_8859_1), exif(6));
        byte[] app1 = ByteBuffer.allocate(4 + exif.length).putShort((short) 0xFFE1).putShort((short) (2 + exif.length))
                .put(exif).array();
        byte[] turned = concat(Arrays.copyOf(file, 2), app1, Arrays.copyOfRange(file, 2, file.length));
        assertTurned(file, turned);
    }

    @Test
    void exifInWebP() throws IOException {
        byte[] file = Files.readAllBytes(FIXTURES.resolve("lossless.webp"));
        byte[] header = {8, 0, 0, 0, 62, 0, 0, 46, 0, 0};
        byte[] body = concat("WEBP".getBytes(ISO_8859_1), riff("VP8X", header),
                Arrays.copyOfRange(file, 12, file.length), riff("EXIF", exif(6)));
        assertTurned(file, riff("RIFF", body));
    }

    private static void assertTurned(byte[] file, byte[] turned) throws IOException {
        RgbImage stored = ImageDecoder.DEFAULT.decode(file);
        RgbImage upright = ImageDecoder.DEFAULT.decode(turned);
        assertEquals(stored.width(), upright.height());
        assertEquals(stored.height(), upright.width());
        // a quarter turn to the right: the first column, from below, becomes the first row
        assertArrayEquals(Arrays.copyOfRange(stored.pixels(), 3 * 46 * 63, 3 * 46 * 63 + 3),
                Arrays.copyOf(upright.pixels(), 3));
        assertArrayEquals(stored.pixels(),
                ImageDecoder.DEFAULT.withOrientation(Orientation.IGNORE).decode(turned).pixels());
    }

    private static void assertMessage(String message, Path file) {
        assertEquals(message, assertThrows(ImageException.class, () -> ImageDecoder.DEFAULT.decode(file)).getMessage());
    }

    private static void assertMessage(String message, byte[] file) {
        assertEquals(message, assertThrows(ImageException.class, () -> ImageDecoder.DEFAULT.decode(file)).getMessage());
    }

    private static void assertOneLine(ImageException e) {
        assertTrue(e.getMessage().startsWith("image: ") && e.getMessage().lines().count() == 1, e.getMessage());
    }

    /** A TIFF structure whose only tag is the orientation. */
    private static byte[] exif(int orientation) {
        return ByteBuffer.allocate(26).put(new byte[] {'M', 'M'}).putShort((short) 42).putInt(8).putShort((short) 1)
                .putShort((short) 0x0112).putShort((short) 3).putInt(1).putShort((short) orientation)
                .putShort((short) 0)
                .putInt(0).array();
    }

    /** An RGB PNG of filtered rows. */
    private static byte[] png(int width, int height, byte[] rows, byte[]... extra) throws IOException {
        byte[] header = ByteBuffer.allocate(13).putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0}).array();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(data)) {
            deflater.write(rows);
        }
        byte[] signature = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
        return concat(signature, chunk("IHDR", header), concat(extra), chunk("IDAT", data.toByteArray()),
                chunk("IEND", new byte[0]));
    }

    private static byte[] chunk(String type, byte[] data) {
        byte[] body = concat(type.getBytes(ISO_8859_1), data);
        return ByteBuffer.allocate(8 + body.length).putInt(data.length).put(body).putInt((int) crc32(body)).array();
    }

    private static byte[] riff(String type, byte[] data) {
        return ByteBuffer.allocate(8 + data.length).order(ByteOrder.LITTLE_ENDIAN)
                .put(type.getBytes(ISO_8859_1)).putInt(data.length).put(data).array();
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        List.of(parts).forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static long crc32(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return crc.getValue();
    }
}
