package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.panext.zoo.Parameter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged files of every container are refused in one line, or opened: never is there a crash, a hang or more memory
 * than the file is worth; and where a container has checksums, no other values without a warning.
 *
 * <p>Some thousand mutations; the profile {@code fuzz} makes a hundred thousand.
 */
@Tag("fuzz")
@Timeout(value = 60, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzTest {

    /** Of all containers together. */
    private static final int MUTATIONS = Integer.getInteger("panext.fuzz", 3000);

    private static final int CONTAINERS = 17;
    private static final long SEED = 6;

    /** On the heap, for a file of 1.5 MB: its tensors as fp32, twice, and what it takes to parse it. */
    private static final long MOST_BYTES = 48 << 20;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"timm_v1.safetensors", "timm_v2_convmlp.safetensors", "timm_v2_f16.safetensors",
            "timm_v2_bf16.safetensors", "hf_v1/model.safetensors"})
    void safetensors(String fixture) throws IOException {
        byte[] sound = Files.readAllBytes(Fixtures.path(fixture));
        int header = SafetensorsHeader.LENGTH_BYTES + sound[0] + 256 * Byte.toUnsignedInt(sound[1]);
        fuzz(fixture, sound, header, 16, Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fb_v1_ema.pth", "fb_v2_ema.pt", "fb_v2_training.pth", "timm_v1_ddp.bin",
            "timm_v2_train.pth.tar", "torchvision_v1.pth", "fb_fcmae_sparse.pth"})
    void zippedPickles(String fixture) throws IOException {
        byte[] sound = Files.readAllBytes(Fixtures.path(fixture));
        fuzz(fixture, sound, 16 << 10, 12 << 10, Optional.of(values(sound)));
    }

    @Test
    void compressedPickles() throws IOException {
        byte[] sound = deflated(Fixtures.path("fb_v1_ema.pth"));
        fuzz("deflated", sound, 4 << 10, 12 << 10, Optional.of(values(sound)));
    }

    @Test
    void picklesBeforeZip() throws IOException {
        fuzz("fb_v1_legacy.pth", Files.readAllBytes(Fixtures.path("fb_v1_legacy.pth")), 20 << 10, 1 << 10, Optional
                .empty());
    }

    @Test
    void protobufOfMindSpore() throws IOException {
        fuzz("mindspore.ckpt", MindSporeFile.model(Fixtures.V2), 16 << 10, 1 << 10, Optional.empty());
    }

    @Test
    void slicesOfMindSpore() throws IOException {
        byte[] sound = MindSporeFile.sliced();
        fuzz("sliced.ckpt", sound, sound.length, 0, Optional.empty());
    }

    @Test
    void configurations() throws IOException {
        byte[] index = ("{\"metadata\": {\"total_size\": 1}, \"weight_map\": {\"stem.0.weight\": \"a.safetensors\", "
                + "\"stem.0.bias\": \"a.safetensors\"}}").getBytes(StandardCharsets.UTF_8);
        Files.copy(Fixtures.path("timm_v1.safetensors"), folder.resolve("a.safetensors"));
        var mutator = new Mutator(SEED);
        for (int i = 0; i < MUTATIONS / CONTAINERS / 3; i++) {
            Path damaged = Files.write(folder.resolve("damaged.index.json"), mutator.mutate(index, index.length, 0));
            attempt("index " + i, () -> Checkpoint.open(damaged).close());
            byte[] config = mutator.mutate(Files.readAllBytes(Fixtures.path("hf_v1/config.json")), 1000, 0);
            attempt("config " + i, () -> ModelConfig.parse("config.json", config));
            Path preprocessor = Files.write(folder.resolve("preprocessor_config.json"), mutator.mutate(
                    Files.readAllBytes(Fixtures.path("hf_v1/preprocessor_config.json")), 1000, 0));
            attempt("preprocessor " + i, () -> PreprocessorConfig.read(preprocessor));
        }
    }

    /** @param values of all tensors, if the container would show that they are others */
    private static void fuzz(String container, byte[] sound, int head, int tail, Optional<Map<String, float[]>> values)
            throws IOException {
        attempt(container, () -> use(container, sound, values));
        var mutator = new Mutator(SEED);
        for (int i = 0; i < MUTATIONS / CONTAINERS; i++) {
            byte[] damaged = mutator.mutate(sound, head, tail);
            attempt(container + " " + i, () -> use(container, damaged, values));
        }
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private static void attempt(String what, Attempt attempt) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            attempt.run();
        } catch (CheckpointException e) {
            assertFalse(e.getMessage().isBlank() || e.getMessage().contains("\n"), what);
        } catch (Throwable e) {
            throw new AssertionError(what + ": " + e, e);
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < MOST_BYTES, () -> what + " allocated " + allocated + " bytes");
    }

    /** Reads all that can be read. */
    private static void use(String name, byte[] file, Optional<Map<String, float[]>> sound) throws IOException {
        Arena arena = Arena.ofShared();
        try (Checkpoint checkpoint = Checkpoint.of(name, arena.allocateFrom(ValueLayout.JAVA_BYTE, file), arena)) {
            for (TensorInfo info : checkpoint.tensors().values()) {
                assertEquals(info.byteSize(), checkpoint.bytes(info.name()).byteSize());
            }
            if (sound.isPresent() && checkpoint.warnings().isEmpty()) {
                for (TensorInfo info : checkpoint.tensors().values()) {
                    if (info.dtype().isWeight()) {
                        assertArrayEquals(sound.get().get(info.name()), checkpoint.floats(info.name()), info.name());
                    }
                }
            }
            Conversion.of(checkpoint, Optional.empty(), Optional.of(DType.F16));
            try (ModelWeights model = ModelWeights.of(checkpoint)) {
                for (Parameter parameter : model.parameters()) {
                    assertEquals(parameter.size(), parameter.values().length);
                }
            }
        }
    }

    private static Map<String, float[]> values(byte[] sound) throws IOException {
        Arena arena = Arena.ofShared();
        var values = new HashMap<String, float[]>();
        try (Checkpoint checkpoint = Checkpoint.of("sound", arena.allocateFrom(ValueLayout.JAVA_BYTE, sound), arena)) {
            checkpoint.tensors().values().stream().filter(info -> info.dtype().isWeight())
                    .forEach(info -> values.put(info.name(), checkpoint.floats(info.name())));
        }
        return values;
    }

    private static byte[] deflated(Path archive) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var in = new ZipFile(archive.toFile()); var out = new ZipOutputStream(bytes)) {
            for (ZipEntry entry : Collections.list(in.entries())) {
                out.putNextEntry(new ZipEntry(entry.getName()));
                in.getInputStream(entry).transferTo(out);
            }
        }
        return bytes.toByteArray();
    }
}
