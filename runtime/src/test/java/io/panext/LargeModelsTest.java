package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.compile.Program;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.ParameterShape;
import io.panext.zoo.checkpoint.Safetensors;
import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The largest models at full size: {@code ./mvnw verify -P large-models}, with 8 GB of memory and 3 GB of disk. */
@Tag("large")
class LargeModelsTest {

    /** The folds and fusion of 36 blocks add roundings to logits of magnitude 3. */
    private static final float TOLERANCE = 5e-5f;

    private static final long MIB = 1 << 20;

    /** The virtual machine, its code, and the heap with a few rows of weights for each thread. */
    private static final long PROCESS_BYTES = 400 * MIB;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"convnextv2_base", "convnextv2_large", "convnext_xlarge", "convnextv2_huge"})
    void foldedAndFusedPlansComputeWhatThePapersWrite(String name) throws IOException {
        ConvNeXtSpec spec = Catalogue.get(name).spec();
        float[] fast = logits(spec, Program.Options.FAST);
        assertEquals(1000, fast.length);
        assertArrayEquals(logits(spec, Program.Options.PLAIN), fast, TOLERANCE);
    }

    private static float[] logits(ConvNeXtSpec spec, Program.Options compiler) throws IOException {
        try (ConvNeXt model = SessionTest.model(spec, Options.DEFAULT.withCompiler(compiler));
                Session session = model.newSession()) {
            return session.run(MemorySegment.ofArray(SyntheticCheckpoint.images(1, 224, 224))).logits();
        }
    }

    @Test
    void hugeTakesTheMemoryOfItsWeightsAndItsPlan() throws IOException, InterruptedException {
        Path file = folder.resolve("huge.safetensors");
        save(Catalogue.get("convnextv2_huge").spec(), file);
        Process process = JavaProcess.of(LoadedModel.class, List.of(JavaProcess.VECTOR_API, "-XX:+UseSerialGC",
                "-Xmx256m", "-XX:MaxDirectMemorySize=4g"), List.of(file.toString())).redirectErrorStream(true).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                .toList();
        assertEquals(0, process.waitFor(), lines::toString);
        Map<String, Long> figures = new LinkedHashMap<>();
        lines.stream().filter(line -> line.matches("\\w+ \\d+")).map(line -> line.split(" "))
                .forEach(words -> figures.put(words[0], Long.valueOf(words[1])));
        long planned = figures.get("weightBytes") + figures.get("arenaBytes");
        assertTrue(figures.get("privateBytes") <= planned + PROCESS_BYTES, figures::toString);
        assertTrue(figures.get("peakBytes") < 4096 * MIB, figures::toString);
        System.out.println("convnextv2_huge: " + figures);
    }

    private static void save(ConvNeXtSpec spec, Path file) throws IOException {
        var tensors = new LinkedHashMap<String, FloatTensor>();
        try (SyntheticCheckpoint checkpoint = SyntheticCheckpoint.of(spec)) {
            for (ParameterShape parameter : spec.parameters()) {
                tensors.put(parameter.name(), new FloatTensor(parameter.shape(), checkpoint.bytes(parameter.name())));
            }
            Safetensors.write(file, tensors, Map.of());
        }
    }

    /** A process of its own that loads a model, runs one image and tells what that took. */
    static final class LoadedModel {

        private LoadedModel() {}

        /** Loads the checkpoint that is its one argument. */
        public static void main(String[] args) throws IOException {
            long start = System.nanoTime();
            try (ConvNeXt model = ConvNeXt.load(Path.of(args[0]))) {
                long loaded = System.nanoTime();
                try (Session session = model.newSession()) {
                    session.run(MemorySegment.ofArray(SyntheticCheckpoint.images(1, 224, 224)));
                    long ran = System.nanoTime();
                    System.out.println("weightBytes " + session.plan().weightBytes());
                    System.out.println("arenaBytes " + session.plan().arenaBytes());
                    System.out.println("privateBytes " + status("RssAnon"));
                    System.out.println("peakBytes " + status("VmHWM"));
                    System.out.println("loadMillis " + (loaded - start) / 1_000_000);
                    System.out.println("runMillis " + (ran - loaded) / 1_000_000);
                }
            }
        }

        /** What the system says of this process: its private memory, or the most that was resident at a time. */
        private static long status(String field) throws IOException {
            String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(status -> status.startsWith(field + ":")).findFirst().orElseThrow();
            return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
        }
    }
}
