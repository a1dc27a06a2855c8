package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "links, pipes and permissions are those of POSIX")
class CompleteFileTest {

    private static final byte[] CONTENT = {1, 2, 3};

    @TempDir
    private Path folder;

    @Test
    void aLinkStaysALink() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[1]);
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        CompleteFile.write(link, CONTENT);
        assertTrue(Files.isSymbolicLink(link));
        assertArrayEquals(CONTENT, Files.readAllBytes(file));
        assertEquals(List.of("file", "link"), names());
    }

    @Test
    void permissionsStay() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[1]);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        CompleteFile.write(file, CONTENT);
        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertArrayEquals(CONTENT, Files.readAllBytes(file));
    }

    @Test
    @Timeout(60)
    void aPipeIsWrittenTo() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        var read = CompletableFuture.supplyAsync(() -> {
            try {
                return Files.readAllBytes(pipe);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        CompleteFile.require(pipe);
        CompleteFile.write(pipe, CONTENT);
        assertArrayEquals(CONTENT, read.get());
        assertFalse(Files.isRegularFile(pipe));
        assertEquals(List.of("pipe"), names());
    }

    @Test
    void aDeviceStaysADevice() throws IOException {
        Path device = Path.of("/dev/null");
        CompleteFile.write(device, CONTENT);
        assertFalse(Files.isRegularFile(device));
    }

    @Test
    void whatCannotBeWrittenIsSaidBeforeAndLeavesNothing() throws IOException {
        Path nowhere = folder.resolve("missing/file");
        for (Path target : List.of(nowhere, folder)) {
            String before = assertThrows(IOException.class, () -> CompleteFile.require(target)).getMessage();
            String after = assertThrows(IOException.class, () -> CompleteFile.write(target, CONTENT)).getMessage();
            assertEquals(before, after);
            assertTrue(before.startsWith(target + ": cannot be written: "), before);
        }
        assertThrows(CheckpointException.class, () -> CompleteFile.write(folder.resolve("file"), _ -> {
            throw new IOException("half way");
        }));
        assertEquals(List.of(), names());
    }

    @Test
    @Timeout(60)
    void aProcessThatIsToldToEndLeavesNothing() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"),
                EndsWhileItWrites.class.getName(), folder.resolve("file").toString()).inheritIO().start();
        assertEquals(EndsWhileItWrites.STATUS, process.waitFor());
        assertEquals(List.of(), names());
    }

    /** A program that ends, as it does when a signal tells it to, before its file is complete. */
    static final class EndsWhileItWrites {

        static final int STATUS = 42;

        private EndsWhileItWrites() {}

        static void main(String[] args) throws IOException {
            Path file = Path.of(args[0]);
            CompleteFile.write(file, channel -> {
                CompleteFile.drain(ByteBuffer.wrap(CONTENT), channel);
                try (Stream<Path> partial = Files.list(file.getParent())) {
                    System.exit(partial.count() == 1 ? STATUS : 1);
                }
            });
        }
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
