package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {

    @TempDir
    private Path folder;

    @Test
    void readsWhatItWrote() throws IOException {
        float[] large = random(700_001);
        var tensors = new LinkedHashMap<String, FloatTensor>();
        tensors.put("large", FloatTensor.of(List.of(1, 700_001), large));
        tensors.put("name with \"quotes\" and ünicode", FloatTensor.of(List.of(3), 1, Float.NaN, -0f));
        tensors.put("empty", FloatTensor.of(List.of(0, 4)));
        tensors.put("scalar", FloatTensor.of(List.of(), 7));
        Path file = folder.resolve("written.safetensors");
        Safetensors.write(file, tensors, Map.of("made by", "a test"));

        try (Checkpoint read = Checkpoint.open(file)) {
            assertEquals(List.copyOf(tensors.keySet()), List.copyOf(read.tensors().keySet()));
            assertEquals(Map.of("made by", "a test"), read.metadata());
            for (var tensor : tensors.entrySet()) {
                assertEquals(new TensorInfo(tensor.getKey(), DType.F32, tensor.getValue().shape()),
                        read.info(tensor.getKey()));
                assertArrayEquals(tensor.getValue().values().toArray(ValueLayout.JAVA_FLOAT),
                        read.floats(tensor.getKey()));
            }
        }
    }

    @Test
    void equalContentsAreEqualBytes() throws IOException {
        var metadata = new LinkedHashMap<String, String>();
        var reversed = new LinkedHashMap<String, String>();
        List.of("a", "model", "images", "z").forEach(key -> metadata.put(key, "x"));
        List.of("z", "images", "model", "a").forEach(key -> reversed.put(key, "x"));
        Safetensors.write(folder.resolve("one"), new LinkedHashMap<>(), metadata);
        Safetensors.write(folder.resolve("other"), new LinkedHashMap<>(), reversed);
        assertEquals(-1, Files.mismatch(folder.resolve("one"), folder.resolve("other")));
    }

    @Test
    void writesOffHeapTensors() throws IOException {
        Path file = folder.resolve("off-heap.safetensors");
        float[] values = random(17);
        try (Arena arena = Arena.ofConfined()) {
            var tensors = new LinkedHashMap<String, FloatTensor>();
            tensors.put("x", new FloatTensor(List.of(17), arena.allocateFrom(ValueLayout.JAVA_FLOAT, values)));
            Safetensors.write(file, tensors, Map.of());
        }
        try (Checkpoint read = Checkpoint.open(file)) {
            assertArrayEquals(values, read.floats("x"));
            assertTrue(read.metadata().isEmpty());
        }
    }

    @Test
    void alignsTheDataToEightBytes() throws IOException {
        for (int length = 1; length <= 9; length++) {
            Path file = folder.resolve("aligned");
            var tensors = new LinkedHashMap<String, FloatTensor>();
            tensors.put("x".repeat(length), FloatTensor.of(List.of(1), 1));
            Safetensors.write(file, tensors, Map.of());
            assertEquals(0, ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8);
        }
    }

    @Test
    void leavesNothingBesideTheTarget() throws IOException {
        Path file = Files.writeString(folder.resolve("replaced"), "old");
        Safetensors.write(file, new LinkedHashMap<>(), Map.of());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
        try (Checkpoint read = Checkpoint.open(file)) {
            assertTrue(read.tensors().isEmpty());
        }
    }

    @Test
    void refusesTheReservedName() {
        var tensors = new LinkedHashMap<String, FloatTensor>();
        tensors.put("__metadata__", FloatTensor.of(List.of(1), 1));
        assertThrows(IllegalArgumentException.class, () -> Safetensors.write(folder.resolve("x"), tensors, Map.of()));
    }

    @Test
    void saysThatATargetCannotBeWritten() throws IOException {
        assertEquals(folder + ": cannot be written: is a directory", unwritable(folder));
        Path orphan = folder.resolve("missing").resolve("file");
        assertEquals(orphan + ": cannot be written: there is no folder " + orphan.getParent(), unwritable(orphan));
        Path inFile = Files.createFile(folder.resolve("plain")).resolve("file");
        assertEquals(inFile + ": cannot be written: there is no folder " + inFile.getParent(), unwritable(inFile));
        Path tooLong = folder.resolve("x".repeat(250));
        assertTrue(unwritable(tooLong).startsWith(tooLong + ": cannot be written: "));
    }

    @Test
    void convertsHalfPrecisionExactly() throws IOException {
        short[] halves = {0x3C00, (short) 0xC000, 0x0001, 0x7C00, (short) 0x8000, 0x7BFF};
        var f16 = halves("F16", halves);
        assertArrayEquals(new float[] {1, -2, 0x1p-24f, Float.POSITIVE_INFINITY, -0f, 65504}, f16.floats("x"));
        short[] truncated = {0x3F80, (short) 0xC000, 0x0001, (short) 0xFF80, 0x4049};
        var bf16 = halves("BF16", truncated);
        assertArrayEquals(new float[] {1, -2, 0x1p-133f, Float.NEGATIVE_INFINITY, 3.140625f}, bf16.floats("x"));
    }

    @Test
    void handsOutOtherTypesAsBytesOnly() throws IOException {
        byte[] file = SafetensorsBytes.file("{\"pixels\":{\"dtype\":\"U8\",\"shape\":[2,3],\"data_offsets\":[0,6]}}",
                6);
        file[file.length - 1] = 42;
        Safetensors checkpoint = SafetensorsBytes.open(file);
        MemorySegment bytes = checkpoint.bytes("pixels");
        assertEquals(6, bytes.byteSize());
        assertEquals(42, bytes.get(ValueLayout.JAVA_BYTE, 5));
        assertTrue(bytes.isReadOnly());
        var refused = assertThrows(UnsupportedOperationException.class, () -> checkpoint.floats("pixels"));
        assertEquals("hand-made.safetensors: tensor pixels is U8; only F32, F16 and BF16 can be read as weights",
                refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> checkpoint.floats("absent"));
    }

    @Test
    void acceptsTensorsInAnyOrder() throws IOException {
        Safetensors checkpoint = SafetensorsBytes
                .open(SafetensorsBytes.file("""
                                            {"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},
                                             "none":{"dtype":"F32","shape":[0],"data_offsets":[4,4]},
                                             "a":{"data_offsets":[0,4],"shape":[],"dtype":"F32"}}\s\s""", 8));
        assertEquals(List.of("b", "none", "a"), List.copyOf(checkpoint.tensors().keySet()));
    }

    @Test
    void releasesItsMemoryOnce() throws IOException {
        Arena arena = Arena.ofShared();
        MemorySegment file = arena.allocateFrom(ValueLayout.JAVA_BYTE, SafetensorsBytes.file("{}", 0));
        Safetensors checkpoint = Safetensors.of("owned", file, arena);
        checkpoint.close();
        checkpoint.close();
        assertFalse(arena.scope().isAlive());
    }

    private Safetensors halves(String dtype, short... values) throws IOException {
        byte[] file = SafetensorsBytes.file("{\"x\":{\"dtype\":\"" + dtype + "\",\"shape\":[" + values.length
                + "],\"data_offsets\":[0," + 2 * values.length + "]}}", 2 * values.length);
        int begin = file.length - 2 * values.length;
        ByteBuffer.wrap(file, begin, 2 * values.length).slice().order(ByteOrder.LITTLE_ENDIAN).asShortBuffer()
                .put(values);
        return SafetensorsBytes.open(file);
    }

    private static String unwritable(Path target) {
        return assertThrows(CheckpointException.class,
                () -> Safetensors.write(target, new LinkedHashMap<>(), Map.of())).getMessage();
    }

    private static float[] random(int size) {
        var random = new Random(1);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = random.nextFloat();
        }
        return values;
    }
}
