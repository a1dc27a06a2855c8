package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.Generation;
import io.panext.zoo.Parameter;
import io.panext.zoo.ParameterShape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.params.provider.EnumSource;

class ModelWeightsTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"timm_v1.safetensors, V1", "timm_v2_convmlp.safetensors, V2", "timm_v2_f16.safetensors, V2",
            "timm_v2_bf16.safetensors, V2"})
    void inferTheArchitectureFromTheTensors(String file, Generation generation) {
        try (ModelWeights weights = Fixtures.open(file)) {
            assertEquals(Fixtures.spec(generation), weights.spec());
            assertEquals(KeyLayout.TIMM, weights.layout());
            assertEquals(weights.spec().parameters(), weights.parameters().stream()
                    .map(parameter -> new ParameterShape(parameter.name(), parameter.shape())).toList());
        }
    }

    @Test
    void readHalfPrecisionAsTheNearestValues() {
        try (ModelWeights full = Fixtures.open("timm_v2_convmlp.safetensors");
                ModelWeights f16 = Fixtures.open("timm_v2_f16.safetensors");
                ModelWeights bf16 = Fixtures.open("timm_v2_bf16.safetensors")) {
            for (Parameter parameter : full.parameters()) {
                float[] values = parameter.values();
                float[] halves = new float[values.length];
                float[] truncated = new float[values.length];
                for (int i = 0; i < values.length; i++) {
                    halves[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
                    truncated[i] = roundToBFloat16(values[i]);
                }
                assertArrayEquals(halves, f16.parameter(parameter.name()).values(), parameter.name());
                assertArrayEquals(truncated, bf16.parameter(parameter.name()).values(), parameter.name());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"hf_v1/model.safetensors, V1, HUGGING_FACE", "hf_v2/model.safetensors, V2, HUGGING_FACE",
            "torchvision_v1.pth, V1, TORCHVISION", "fb_v1_ema.pth, V1, FACEBOOKRESEARCH",
            "fb_v1_legacy.pth, V1, FACEBOOKRESEARCH", "fb_v2_ema.pt, V2, FACEBOOKRESEARCH",
            "fb_v2_training.pth, V2, FACEBOOKRESEARCH", "timm_v1_ddp.bin, V1, TIMM",
            "timm_v2_train.pth.tar, V2, TIMM"})
    void areTheSameInEveryLayout(String file, Generation generation, KeyLayout layout) {
        try (ModelWeights weights = Fixtures.open(file)) {
            assertEquals(layout, weights.layout());
            assertEquals(layout.traits().applyTo(Fixtures.spec(generation)), weights.spec());
            Checkpoint expected = Fixtures.facebookResearch(weights.spec());
            for (Parameter parameter : weights.parameters()) {
                assertArrayEquals(expected.floats(Fixtures.facebookResearchKey(parameter.name())), parameter.values(),
                        parameter.name());
            }
        }
    }

    @Test
    void takeTheImageTowerOfAClip() throws IOException {
        var tower = new ArrayList<TensorInfo>();
        for (TensorInfo info : SyntheticCheckpoint.of(Fixtures.V1).tensors().values()) {
            switch (info.name()) {
                case "head.fc.bias" -> {
                }
                case "head.fc.weight" -> tower.add(new TensorInfo("visual.head.proj.weight", DType.F32, info.shape()));
                default -> tower.add(new TensorInfo("visual.trunk." + info.name(), DType.F32, info.shape()));
            }
        }
        tower.add(new TensorInfo("logit_scale", DType.F32, List.of()));
        ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(tower));
        assertEquals(KeyLayout.OPEN_CLIP, weights.layout());
        assertEquals(Fixtures.V1, weights.spec());
        assertArrayEquals(new float[10], weights.parameter("head.fc.bias").values());
        assertEquals(List.of(10), weights.parameter("head.fc.bias").shape());
        assertEquals(10 * 128, weights.parameter("head.fc.weight").values().length);
    }

    @ParameterizedTest
    @CsvSource({"hf_v1/model.safetensors, hidden_states_norms.stage", "fb_v1_ema.pth, norm",
            "hf_v2/model.safetensors, convnextv2.hidden_states_norms.stage"})
    void passOverTheNormsThatDetectorsPutOnStages(String file, String norm) throws IOException {
        try (Checkpoint model = Checkpoint.open(Fixtures.path(file))) {
            List<TensorInfo> detector = Stream.concat(model.tensors().values().stream(), IntStream.range(0, 4).boxed()
                    .flatMap(stage -> Stream.of("weight", "bias").map(of -> new TensorInfo(norm + stage + "." + of,
                            DType.F32, List.of(16 << stage)))))
                    .toList();
            ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(detector));
            assertEquals(10, weights.spec().classes());
        }
    }

    @ParameterizedTest
    @EnumSource(Generation.class)
    void areTheSameUnderFacebookResearchsKeys(Generation generation) throws IOException {
        Path file = folder.resolve("convnext_misnamed.safetensors");
        Checkpoint source = Fixtures.facebookResearch(Fixtures.spec(generation));
        var tensors = new LinkedHashMap<String, Safetensors.FloatTensor>();
        source.tensors().forEach((key, info) -> tensors.put(key, Safetensors.FloatTensor.of(info.shape(), source.floats(
                key))));
        Safetensors.write(file, tensors, Map.of());
        String timm = generation == Generation.V1 ? "timm_v1.safetensors" : "timm_v2_convmlp.safetensors";
        try (ModelWeights weights = ModelWeights.of(Checkpoint.open(file));
                ModelWeights expected = Fixtures.open(
                        timm)) {
            assertEquals(KeyLayout.FACEBOOKRESEARCH, weights.layout());
            assertEquals(expected.spec(), weights.spec());
            for (Parameter parameter : expected.parameters()) {
                Parameter found = weights.parameter(parameter.name());
                assertEquals(parameter.shape(), found.shape());
                assertArrayEquals(parameter.values(), found.values(), parameter.name());
            }
        }
    }

    @Test
    void nameWhatIsMissing() {
        assertRefused(tensors -> without(tensors, "stages.2.blocks.1.mlp.fc2.bias", "head.norm.weight"),
                "described: the tensors do not make up a ConvNeXt V2 with depths [1, 1, 2, 1]: "
                        + "2 missing (stages.2.blocks.1.mlp.fc2.bias, head.norm.weight)");
    }

    @Test
    void nameWhatIsUnexpected() {
        assertRefused(tensors -> with(tensors, List.of(new TensorInfo("a", DType.F32, List.of(1)), new TensorInfo("b",
                DType.F64, List.of(1)), new TensorInfo("c", DType.F32, List.of(1)),
                new TensorInfo("d", DType.F32,
                        List.of(1)))),
                "depths [1, 1, 2, 1]: 4 unexpected (a, b, c and 1 more)");
    }

    @Test
    void nameBothShapesWhereTheyDisagree() {
        assertRefused(tensors -> replaced(tensors, new TensorInfo("stages.1.blocks.0.mlp.fc1.weight", DType.F32,
                List.of(32, 128))),
                "tensor stages.1.blocks.0.mlp.fc1.weight has shape [32, 128]; this architecture needs [128, 32]");
    }

    @Test
    void refuseTypesThatAreNoWeights() {
        assertRefused(tensors -> replaced(tensors, new TensorInfo("head.fc.bias", DType.I64, List.of(10))),
                "tensor head.fc.bias is I64; weights must be F32, F16 or BF16");
        assertRefused(tensors -> replaced(tensors, new TensorInfo("head.fc.bias", DType.F64, List.of(10))),
                "tensor head.fc.bias is F64; weights must be F32, F16 or BF16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"timm_v2_f16.safetensors", "timm_v2_bf16.safetensors", "fb_v2_ema.pt", "fb_v1_legacy.pth",
            "hf_v2/model.safetensors"})
    void canBeReadInParts(String file) {
        try (ModelWeights weights = Fixtures.open(file)) {
            for (Parameter parameter : weights.parameters()) {
                float[] values = parameter.values();
                int from = values.length / 3;
                float[] part = new float[values.length / 2 + 1];
                parameter.read(from, part, values.length / 2);
                assertArrayEquals(Arrays.copyOfRange(values, from, from + values.length / 2),
                        Arrays.copyOf(part, values.length / 2), parameter.name());
                assertEquals(0, part[values.length / 2]);
                assertThrows(IndexOutOfBoundsException.class, () -> parameter.read(from, new float[values.length],
                        values.length));
            }
        }
    }

    @Test
    void passOverIntegersThatAreNoParameters() throws IOException {
        var counter = new TensorInfo("num_batches_tracked", DType.I64, List.of());
        ModelWeights weights = ModelWeights.of(new Described(with(synthetic(), List.of(counter))));
        assertEquals(Fixtures.V2, weights.spec());
    }

    @Test
    void refuseOtherModels() {
        assertRefused(tensors -> List.of(new TensorInfo("conv1.weight", DType.F32, List.of(64, 3, 7, 7))),
                "is not a ConvNeXt in a known layout: it has none of the tensors visual.trunk.stem.0.weight, "
                        + "embeddings.patch_embeddings.weight, features.0.0.weight, "
                        + "encoder.downsample_layers.0.0.weight, feature.0.0.weight, "
                        + "downsample_layers.0.0.weight, stem.weight, stem.0.weight; it has conv1.weight");
        assertRefused(tensors -> List.of(), "it has no tensors");
        assertRefused(tensors -> List.of(new TensorInfo("stem.0.weight", DType.F32, List.of(64, 3, 7, 7))),
                "is not a ConvNeXt: no tensor is named stages.<i>.blocks.<j>");
        assertRefused(tensors -> replaced(tensors, new TensorInfo("stages.0.blocks.0.conv_dw.weight", DType.F32,
                List.of(1 << 20, 1, 7, 7))), "is not a ConvNeXt: dims [1048576, 32, 64, 128] are not all in 1..16384");
        assertRefused(tensors -> replaced(tensors, new TensorInfo("head.fc.weight", DType.F32, List.of(
                Integer.MAX_VALUE, 128))), "does not fit an array");
    }

    @Test
    void refuseTheSameParameterTwice() {
        var headTwice = new TensorInfo("head.fc.weight", DType.F32, List.of(10, 128));
        assertRefused(tensors -> with(facebookResearch(), List.of(headTwice)),
                "tensors head.weight and head.fc.weight are the same parameter");
    }

    @Test
    void releaseACheckpointThatTheyRefuse() {
        Arena arena = Arena.ofShared();
        MemorySegment file = arena.allocateFrom(ValueLayout.JAVA_BYTE, SafetensorsBytes.file("{}", 0));
        assertThrows(CheckpointException.class, () -> ModelWeights.of(Safetensors.of("no model", file, arena)));
        assertFalse(arena.scope().isAlive());
    }

    @Test
    void haveNoOtherParameters() {
        try (ModelWeights weights = Fixtures.open("timm_v1.safetensors")) {
            var refused = assertThrows(IllegalArgumentException.class, () -> weights.parameter("head.weight"));
            assertTrue(refused.getMessage().endsWith("timm_v1.safetensors: no parameter head.weight"));
        }
    }

    private static float roundToBFloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat((bits + 0x7FFF + ((bits >>> 16) & 1)) & 0xFFFF0000);
    }

    private static void assertRefused(UnaryOperator<Collection<TensorInfo>> change, String expected) {
        var checkpoint = new Described(change.apply(synthetic()));
        var refused = assertThrows(CheckpointException.class, () -> ModelWeights.of(checkpoint));
        assertTrue(refused.getMessage().startsWith("described: "), refused::getMessage);
        assertTrue(refused.getMessage().contains(expected), refused::getMessage);
    }

    private static Collection<TensorInfo> synthetic() {
        return SyntheticCheckpoint.of(Fixtures.V2).tensors().values();
    }

    private static Collection<TensorInfo> facebookResearch() {
        return Fixtures.facebookResearch(Fixtures.V2).tensors().values();
    }

    private static List<TensorInfo> without(Collection<TensorInfo> tensors, String... names) {
        return tensors.stream().filter(info -> !List.of(names).contains(info.name())).toList();
    }

    private static List<TensorInfo> with(Collection<TensorInfo> tensors, List<TensorInfo> more) {
        var all = new ArrayList<>(tensors);
        all.addAll(more);
        return all;
    }

    private static List<TensorInfo> replaced(Collection<TensorInfo> tensors, TensorInfo other) {
        return tensors.stream().map(info -> info.name().equals(other.name()) ? other : info).toList();
    }
}
