package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.panext.compile.Program;
import io.panext.zoo.Catalogue;
import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole models against the outputs of timm on PyTorch, for weights that follow from their names. */
@Tag("models")
class GoldenTest {

    /** A faithful fp32 runtime differs from timm by up to 2e-5 at logits of magnitude 3. */
    private static final float TOLERANCE = 5e-5f;

    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    static Stream<String> files() {
        return Stream.of("convnextv2_atto_224x224_n1", "convnext_atto_224x224_n2", "convnextv2_nano_256x192_n1",
                "convnext_tiny_224x224_n1", "convnextv2_tiny_224x224_n2", "convnextv2_base_224x224_n1");
    }

    static Checkpoint open(String file) throws IOException {
        return Checkpoint.open(GOLDEN.resolve(file + ".safetensors"));
    }

    static Stream<Arguments> models() {
        return files().flatMap(file -> Stream.of(1, 2).map(threads -> Arguments.of(file, threads)));
    }

    @ParameterizedTest(name = "{0}, {1} threads")
    @MethodSource("models")
    void featuresAndLogitsEqualTimms(String file, int threads) throws IOException {
        try (Checkpoint golden = open(file);
                ConvNeXt model = synthetic(golden.metadata().get("model"), threads, Program.Options.FAST)) {
            Output output = run(model, golden.metadata());
            assertArrayEquals(golden.floats("pre_logits"), output.features(), TOLERANCE);
            assertArrayEquals(golden.floats("logits"), output.logits(), TOLERANCE);
        }
    }

    @ParameterizedTest(name = "fold={0}, fuse={1}")
    @MethodSource("compilerOptions")
    void everyCompilerOptionGivesTimmsLogits(boolean fold, boolean fuse) throws IOException {
        for (String file : List.of("convnextv2_atto_224x224_n1", "convnext_atto_224x224_n2")) {
            try (Checkpoint golden = open(file);
                    ConvNeXt model = synthetic(golden.metadata().get("model"), 2, new Program.Options(fold, fuse))) {
                Output output = run(model, golden.metadata());
                assertArrayEquals(golden.floats("logits"), output.logits(), TOLERANCE);
            }
        }
    }

    static Stream<Arguments> compilerOptions() {
        return Stream.of(Arguments.of(false, false), Arguments.of(true, false), Arguments.of(false, true));
    }

    static ConvNeXt synthetic(String architecture, int threads, Program.Options compiler) throws IOException {
        return SessionTest.model(Catalogue.get(architecture).spec(),
                Options.DEFAULT.withThreads(threads).withCompiler(compiler));
    }

    static Output run(ConvNeXt model, Map<String, String> golden) {
        int batch = Integer.parseInt(golden.get("batch"));
        int height = Integer.parseInt(golden.get("height"));
        int width = Integer.parseInt(golden.get("width"));
        try (Arena arena = Arena.ofConfined(); Session session = model.newSession(batch, height, width)) {
            assertEquals(session.plan().liveBytes(), session.plan().arenaBytes());
            MemorySegment images = arena.allocateFrom(ValueLayout.JAVA_FLOAT,
                    SyntheticCheckpoint.images(batch, height, width));
            return session.run(images);
        }
    }
}
