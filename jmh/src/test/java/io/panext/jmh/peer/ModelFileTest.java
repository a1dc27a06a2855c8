package io.panext.jmh.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {

    private static final Workload WORK = new Workload("convnext_atto", 1, 32, 1);

    @TempDir
    private Path temporary;

    private Path folder;

    @BeforeEach
    void createFolder() throws IOException {
        folder = Files.createDirectory(temporary.resolve("model"));
    }

    @Test
    void isThereUntilItIsClosed() throws IOException {
        try (ModelFile file = ModelFile.in(folder, new Writer(false), WORK)) {
            assertTrue(Files.exists(file.path()));
        }
        assertFalse(Files.exists(folder));
    }

    @Test
    void leavesNothingWhenItCannotBeWritten() {
        IOException e = assertThrows(IOException.class, () -> ModelFile.in(folder, new Writer(true), WORK));
        assertEquals("the disk is full", e.getMessage());
        assertFalse(Files.exists(folder));
    }

    /** Writes a file and what belongs to it, or fails on the way. */
    private record Writer(boolean fails) implements Peer {

        @Override
        public String name() {
            return "writer";
        }

        @Override
        public String version() {
            return "1";
        }

        @Override
        public Path write(Workload work, Path folder) throws IOException {
            Path file = Files.createFile(folder.resolve("model"));
            Files.createFile(Files.createDirectory(folder.resolve("weights")).resolve("0"));
            if (fails) {
                throw new IOException("the disk is full");
            }
            return file;
        }

        @Override
        public Model load(Path file, Workload work) {
            throw new UnsupportedOperationException();
        }
    }
}
