package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadAheadTest {

    @TempDir
    private Path folder;

    @Test
    void whatItReadsIsTheMappedBytesOfTheTensors() throws IOException {
        var tensors = new LinkedHashMap<String, FloatTensor>();
        tensors.put("a", FloatTensor.of(List.of(3), 1, 2, 3));
        Path file = folder.resolve("a.safetensors");
        Safetensors.write(file, tensors, Map.of());
        Files.writeString(folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"a\": \"a.safetensors\"}}");
        for (Path path : List.of(file, folder.resolve("model.safetensors.index.json"))) {
            try (Checkpoint checkpoint = Checkpoint.open(path)) {
                MemorySegment mapped = checkpoint.mapped("a").getFirst();
                assertEquals(-1, mapped.mismatch(checkpoint.bytes("a")));
                assertTrue(mapped.isMapped());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"timm_v1.safetensors", "fb_v2_training.pth", "fb_fcmae_sparse.pth"})
    void everyTensorOfAFileIsMapped(String file) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(Fixtures.path(file))) {
            checkpoint.tensors().forEach((tensor, info) -> assertTrue(checkpoint.mapped(tensor).stream()
                    .mapToLong(MemorySegment::byteSize).sum() >= info.byteSize(), tensor));
        }
    }

    @Test
    void nothingIsMadeInOrderToReadIt() throws IOException {
        byte[] file = Files.readAllBytes(Fixtures.path("timm_v1.safetensors"));
        try (Checkpoint made = SyntheticCheckpoint.of(Fixtures.V2);
                Checkpoint inMemory = Checkpoint.of("memory", MemorySegment.ofArray(file), Arena.ofShared())) {
            for (Checkpoint checkpoint : List.of(made, inMemory)) {
                checkpoint.tensors().keySet().forEach(tensor -> assertEquals(List.of(), checkpoint.mapped(tensor)));
            }
        }
    }

    @Test
    void aFileThatBecomesShorterIsLeftToItsReader() throws IOException {
        Path file = folder.resolve("shrinks");
        try (Arena arena = Arena.ofShared()) {
            Files.write(file, new byte[64 << 20]);
            MemorySegment mapped = MappedFile.map(file, arena);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(1);
            }
            new ReadAhead(List.of(mapped)).close();
            new ReadAhead(List.of(mapped, mapped)).close();
        }
    }
}
