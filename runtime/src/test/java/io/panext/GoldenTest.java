package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.panext.compile.Program;
import io.panext.graph.Folding;
import io.panext.graph.Outputs;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.DType;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import io.panext.zoo.checkpoint.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole models against the outputs of timm on PyTorch, for weights that follow from their names. */
@Tag("models")
@VectorsInRegisters
class GoldenTest {

    /** A faithful fp32 runtime differs from timm by up to 2e-5 at logits of magnitude 3. */
    private static final float TOLERANCE = 5e-5f;

    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    static Stream<String> files() {
        return Stream.of("convnextv2_atto_224x224_n1", "convnext_atto_224x224_n2", "convnextv2_nano_256x192_n1",
                "convnext_tiny_224x224_n1", "convnextv2_tiny_224x224_n2", "convnextv2_base_224x224_n1",
                "convnext_femto_ols_224x224_n1", "convnext_tiny_hnf_224x224_n1", "convnext_zepto_rms_224x224_n1",
                "test_convnext_160x160_n2", "convnext_isotropic_small_224x224_n1");
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
    void everyCompilerOptionGivesTimmsLogits(Folding fold, boolean fuse) throws IOException {
        for (String file : List.of("convnextv2_atto_224x224_n1", "convnext_atto_224x224_n2",
                "convnext_zepto_rms_224x224_n1", "convnext_femto_ols_224x224_n1", "test_convnext_160x160_n2")) {
            try (Checkpoint golden = open(file);
                    ConvNeXt model = synthetic(golden.metadata().get("model"), 2, new Program.Options(fold, fuse))) {
                Output output = run(model, golden.metadata());
                assertArrayEquals(golden.floats("logits"), output.logits(), TOLERANCE);
            }
        }
    }

    static Stream<Arguments> compilerOptions() {
        return Stream.of(Folding.values())
                .flatMap(fold -> Stream.of(false, true).map(fuse -> Arguments.of(fold, fuse)));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"convnextv2_atto_224x224_n1", "convnext_atto_224x224_n2", "convnextv2_nano_256x192_n1",
            "convnext_femto_ols_224x224_n1", "convnext_tiny_hnf_224x224_n1", "convnext_zepto_rms_224x224_n1"})
    void meansAndDeviationsOfStagesEqualTimms(String file) throws IOException {
        Options options = Options.DEFAULT.withOutputs(Outputs.stages());
        try (Checkpoint golden = Checkpoint.open(GOLDEN.resolve(file + ".safetensors"));
                ConvNeXt model = synthetic(golden.metadata().get("model"), options)) {
            List<FeatureMap> maps = run(model, golden.metadata()).maps();
            for (int stage = 0; stage < maps.size(); stage++) {
                assertArrayEquals(golden.floats("stage" + stage + ".mean"), means(maps.get(stage)), TOLERANCE);
                assertArrayEquals(golden.floats("stage" + stage + ".std"), deviations(maps.get(stage)), TOLERANCE);
            }
        }
    }

    @Test
    void everyValueOfEveryStageEqualsTimms() throws IOException {
        Options options = Options.DEFAULT.withOutputs(Outputs.stages());
        try (Checkpoint golden = Checkpoint.open(GOLDEN.resolve("test_convnext_160x160_n2.safetensors"));
                ConvNeXt model = synthetic("test_convnext", options)) {
            List<FeatureMap> maps = run(model, golden.metadata()).maps();
            for (int stage = 0; stage < maps.size(); stage++) {
                FeatureMap map = maps.get(stage);
                assertEquals(golden.info("stage" + stage).shape(),
                        List.of(map.images(), map.height(), map.width(), map.channels()));
                assertArrayEquals(golden.floats("stage" + stage), map.values(), TOLERANCE);
            }
        }
    }

    private static float[] means(FeatureMap map) {
        float[] values = map.values();
        int channels = map.channels();
        int pixels = map.height() * map.width();
        double[] sums = new double[map.images() * channels];
        for (int i = 0; i < values.length; i++) {
            sums[i / (pixels * channels) * channels + i % channels] += values[i];
        }
        float[] means = new float[sums.length];
        for (int i = 0; i < sums.length; i++) {
            means[i] = (float) (sums[i] / pixels);
        }
        return means;
    }

    /** Unbiased, as PyTorch has them. */
    private static float[] deviations(FeatureMap map) {
        float[] values = map.values();
        float[] means = means(map);
        int channels = map.channels();
        int pixels = map.height() * map.width();
        double[] squares = new double[means.length];
        for (int i = 0; i < values.length; i++) {
            int at = i / (pixels * channels) * channels + i % channels;
            squares[at] += Math.pow(values[i] - means[at], 2);
        }
        float[] deviations = new float[means.length];
        for (int i = 0; i < means.length; i++) {
            deviations[i] = (float) Math.sqrt(squares[i] / (pixels - 1));
        }
        return deviations;
    }

    static ConvNeXt synthetic(String architecture, int threads, Program.Options compiler) throws IOException {
        return synthetic(architecture, Options.DEFAULT.withThreads(threads).withCompiler(compiler));
    }

    static ConvNeXt synthetic(String architecture, Options options) throws IOException {
        ConvNeXtSpec spec = Catalogue.get(architecture).spec();
        if (!architecture.contains("isotropic")) {
            return SessionTest.model(spec, options);
        }
        // Values follow from names, and these models have those of their home.
        List<TensorInfo> tensors = spec.parameters().stream().map(parameter -> new TensorInfo(
                parameter.name().replaceFirst("^stem\\.0\\.", "stem.").replaceFirst("^stages\\.0\\.", "")
                        .replace("conv_dw", "dwconv").replace("mlp.fc", "pwconv").replaceFirst("^head\\.norm", "norm")
                        .replaceFirst("^head\\.fc", "head"),
                DType.F32, parameter.shape())).toList();
        try (PretrainedModel model = PretrainedModel.of(architecture, SyntheticCheckpoint.of(tensors),
                Optional.empty())) {
            return ConvNeXt.load(model, options);
        }
    }

    static Output run(ConvNeXt model, Map<String, String> golden) {
        int batch = Integer.parseInt(golden.getOrDefault("batch", "1"));
        int height = Integer.parseInt(golden.getOrDefault("height", "224"));
        int width = Integer.parseInt(golden.getOrDefault("width", "224"));
        try (Arena arena = Arena.ofConfined(); Session session = model.newSession(batch, height, width)) {
            assertEquals(session.plan().liveBytes(), session.plan().arenaBytes());
            MemorySegment images = arena.allocateFrom(ValueLayout.JAVA_FLOAT,
                    SyntheticCheckpoint.images(batch, height, width));
            return session.run(images);
        }
    }
}
