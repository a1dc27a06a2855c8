package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OffHeapTest {

    @Test
    void whatArenasAllocateIsTakenAndSoAreItsSlices() {
        try (Arena confined = Arena.ofConfined(); Arena shared = Arena.ofShared()) {
            MemorySegment memory = confined.allocate(64);
            assertDoesNotThrow(
                    () -> OffHeap.require(memory, shared.allocate(64).asSlice(8), memory.asReadOnly()));
        }
    }

    @Test
    void arraysAndMappedFilesAreRefused(@TempDir Path folder) throws IOException {
        MemorySegment array = MemorySegment.ofArray(new float[16]);
        Path file = Files.write(folder.resolve("file"), new byte[64]);
        try (Arena arena = Arena.ofConfined(); FileChannel channel = FileChannel.open(file)) {
            MemorySegment memory = arena.allocate(64);
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, 64, arena);
            assertThrows(IllegalArgumentException.class, () -> OffHeap.require(memory, array));
            assertThrows(IllegalArgumentException.class, () -> OffHeap.require(memory, memory, mapped));
            assertThrows(IllegalArgumentException.class, () -> Lanes.load(array, 0));
            assertThrows(IllegalArgumentException.class, () -> Lanes.store(Lanes.zero(), array, 0));
        }
    }
}
