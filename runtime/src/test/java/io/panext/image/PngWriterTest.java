package io.panext.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertThrowsExactly;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngWriterTest {
    @TempDir
    private Path directory;

    @Test
    void everyByteComesBack() throws IOException {
        RgbImage image = new RgbImage(2, 3,
                new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, -1, -2, -3});
        Path file = directory.resolve("image.png");
        PngWriter.write(image, file);
        RgbImage read = ImageDecoder.DEFAULT.decode(file);
        assertEquals(2, read.width());
        assertArrayEquals(image.pixels(), read.pixels());
    }

    @Test
    void anExistingFileIsReplacedAndNothingElseIsLeft() throws IOException {
        Path file = Files.writeString(directory.resolve("image.png"), "old");
        PngWriter.write(new RgbImage(1, 1, new byte[3]), file);
        assertEquals(1, ImageDecoder.DEFAULT.decode(file).width());
        assertEquals(List.of(file), files());
    }

    @Test
    void aDirectoryInTheWayIsLeftAlone() throws IOException {
        Path file = Files.createDirectory(directory.resolve("image.png"));
        assertThrows(IOException.class, () -> PngWriter.write(new RgbImage(1, 1, new byte[3]), file));
        assertTrue(Files.isDirectory(file));
        assertEquals(List.of(file), files());
    }

    @Test
    void aMissingDirectoryIsNamed() {
        Path file = directory.resolve("missing/image.png");
        IOException e = assertThrowsExactly(IOException.class,
                () -> PngWriter.write(new RgbImage(1, 1, new byte[3]), file));
        assertEquals(file + ": cannot be written: there is no folder " + file.getParent(), e.getMessage());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
