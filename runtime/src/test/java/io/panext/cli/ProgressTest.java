package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.JavaProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The progress bar, in a process of its own as the launcher starts it. */
class ProgressTest {

    private static final Path IMAGES = Path.of("src/test/resources/demo/images");

    @TempDir
    private Path folder;

    @Test
    void manyImagesHaveABarWhereSomeoneWatches() throws IOException, InterruptedException {
        assertTrue(progressOf(12, true).contains("12/12"));
    }

    @Test
    void nobodyWatchingMeansNoBar() throws IOException, InterruptedException {
        assertFalse(progressOf(12, false).contains("12/12"));
    }

    @Test
    void fewImagesNeedNoBar() throws IOException, InterruptedException {
        assertFalse(progressOf(3, true).contains("3/3"));
    }

    /** Classifies so many images and returns what stands on standard error; the results must be complete. */
    private String progressOf(int count, boolean watched) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = JavaProcess.of(Main.class, List.of(JavaProcess.VECTOR_API, "-Dpanext.progress=" + watched),
                List.of("classify", "--top", "1", images(count).toString()))
                .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertEquals(0, process.waitFor(), () -> read(err));
        assertEquals(count, Files.readAllLines(out).stream().filter(line -> line.endsWith("%")).count());
        return read(err);
    }

    private Path images(int count) throws IOException {
        Path images = Files.createDirectory(folder.resolve("images"));
        try (Stream<Path> all = Files.list(IMAGES)) {
            List<Path> some = all.sorted().limit(count).toList();
            for (Path image : some) {
                Files.copy(image, images.resolve(image.getFileName()));
            }
        }
        return images;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
