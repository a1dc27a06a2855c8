package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardedCheckpointTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void writeShards() throws IOException {
        write("1.safetensors", "a", 1, Map.of());
        write("2.safetensors", "b", 2, Map.of());
    }

    @Test
    void isOneCheckpointOverSeveralFiles() throws IOException {
        Path index = index("{\"metadata\": {}, \"weight_map\": {\"b\": \"2.safetensors\", \"a\": \"1.safetensors\"}}");
        Checkpoint checkpoint = Checkpoint.open(index);
        assertEquals(index.toString(), checkpoint.name());
        assertEquals(List.of("b", "a"), List.copyOf(checkpoint.tensors().keySet()));
        assertArrayEquals(new float[] {1}, checkpoint.floats("a"));
        assertArrayEquals(new float[] {2}, checkpoint.floats("b"));
        assertThrows(IllegalArgumentException.class, () -> checkpoint.bytes("c"));
        checkpoint.close();
        assertThrows(IllegalStateException.class, () -> checkpoint.floats("a"));
    }

    @Test
    void passesOnWhatItsShardsSay() throws IOException {
        write("1.safetensors", "a", 1, Map.of("format", "pt", "author", "one"));
        write("2.safetensors", "b", 2, Map.of("format", "pt", "author", "two"));
        for (String shard : List.of("3.bin", "4.bin")) {
            String state = Pickles.dict(Pickles.text(shard), Pickles.tensor("0", 512), Pickles.text("epoch"),
                    Pickles.number(3));
            byte[] file = Pickles.archive(state, Map.of("data/0", new byte[2048]));
            file[file.length / 2] ^= 1;
            Files.write(folder.resolve(shard), file);
        }
        Path index = index("{\"weight_map\": {\"a\": \"1.safetensors\", \"b\": \"2.safetensors\", \"3.bin\": "
                + "\"3.bin\", \"4.bin\": \"4.bin\"}}");
        try (Checkpoint checkpoint = Checkpoint.open(index)) {
            assertEquals(Map.of("format", "pt", "author", "one"), checkpoint.metadata());
            assertEquals(List.of("epoch"), checkpoint.omitted());
            assertEquals(2, checkpoint.warnings().size());
            for (String warning : checkpoint.warnings()) {
                assertTrue(warning.contains("its checksums are wrong"), warning);
            }
        }
    }

    @Test
    void saysWhichTensorsOfItsShardsItLeavesOut() throws IOException {
        Path index = index("{\"weight_map\": {\"b\": \"2.safetensors\", \"a\": \"1.safetensors\"}}");
        try (Checkpoint checkpoint = Checkpoint.open(index)) {
            assertEquals(List.of(), checkpoint.warnings());
        }
        Path shard = folder.resolve("1.safetensors");
        var both = new LinkedHashMap<String, FloatTensor>();
        both.put("a", FloatTensor.of(List.of(1), 1));
        both.put("b", FloatTensor.of(List.of(1), 4));
        Safetensors.write(shard, both, Map.of());
        try (Checkpoint checkpoint = Checkpoint.open(index)) {
            assertEquals(List.of(shard + " also holds b, which the index does not take from it"),
                    checkpoint.warnings());
            assertArrayEquals(new float[] {2}, checkpoint.floats("b"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{} | has no weight_map",
            "{\"weight_map\": {\"a\": 1}} | weight_map must name files beside it, not 1",
            "{\"weight_map\": {\"a\": \"../1.safetensors\"}} | weight_map must name files beside it",
            "{\"weight_map\": {\"a\": \"model.safetensors.index.json\"}} | weight_map must name files beside it",
            "{\"weight_map\": {\"a\": \"2.safetensors\"}} | tensor a is not in 2.safetensors",
            "{\"weight_map\": {\"a\": \"3.safetensors\"}} | 3.safetensors: cannot be read: no such file",
            "{\"weight_map\": {\"a\": \"folder\"}} | folder is a folder and no file", "[] | must be a JSON object"})
    void saysWhatIsWrongWithTheIndex(String json, String expected) throws IOException {
        Files.createDirectory(folder.resolve("folder"));
        Path index = index(json);
        var refused = assertThrows(CheckpointException.class, () -> Checkpoint.open(index));
        assertTrue(refused.getMessage().contains(expected), refused::getMessage);
    }

    private Path index(String json) throws IOException {
        return Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    }

    private void write(String file, String tensor, float value, Map<String, String> metadata) throws IOException {
        var tensors = new LinkedHashMap<String, FloatTensor>();
        tensors.put(tensor, FloatTensor.of(List.of(1), value));
        Safetensors.write(folder.resolve(file), tensors, metadata);
    }
}
