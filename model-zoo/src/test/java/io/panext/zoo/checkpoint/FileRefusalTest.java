package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FileRefusalTest {

    @Test
    void everyRefusalHasWords() {
        assertEquals("no such file", FileRefusal.reason(new NoSuchFileException("f")));
        assertEquals("No space left on device", FileRefusal.reason(new FileSystemException("f", null,
                "No space left on device")));
        assertEquals("interrupted", FileRefusal.reason(new ClosedByInterruptException()));
        assertEquals("EOFException", FileRefusal.reason(new EOFException()));
        assertEquals("why", FileRefusal.reason(new IOException("why")));
    }

    @Test
    void loadingThatIsCancelledSaysSo() throws IOException {
        Path file = Fixtures.path("timm_v1.safetensors");
        Thread.currentThread().interrupt();
        String message = assertThrows(CheckpointException.class, () -> Checkpoint.open(file)).getMessage();
        assertTrue(Thread.interrupted());
        assertEquals(file + ": cannot be read: interrupted", message);
    }
}
