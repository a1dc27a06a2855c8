package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.Catalogue;
import io.panext.zoo.Parameter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConversionTest {

    @TempDir
    private Path folder;

    /** Every file of one generation holds the same numbers, so each can be made of each, to the byte. */
    @ParameterizedTest
    @CsvSource({"timm_v1.safetensors, FB, fb_v1_ema.pth", "timm_v1.safetensors, HF, hf_v1",
            "timm_v1.safetensors, TORCHVISION, torchvision_v1.pth", "timm_v1.safetensors, TIMM, timm_v1.safetensors",
            "timm_v1_ddp.bin, TIMM, timm_v1.safetensors", "fb_v1_legacy.pth, HF, hf_v1",
            "hf_v1, TORCHVISION, torchvision_v1.pth", "torchvision_v1.pth, HF, hf_v1",
            "torchvision_v1.pth, FB, fb_v1_legacy.pth", "hf_v2, FB, fb_v2_ema.pt",
            "timm_v2_convmlp.safetensors, FB, fb_v2_ema.pt", "timm_v2_convmlp.safetensors, HF, hf_v2",
            "timm_v2_convmlp.safetensors, TIMM, timm_v2_convmlp.safetensors", "fb_v2_training.pth, HF, hf_v2"})
    void eachLayoutIsMadeOfEachToTheByte(String from, TargetLayout layout, String like) throws IOException {
        convert(from, Optional.of(layout), Optional.empty());
        try (Checkpoint expected = Checkpoint.open(Fixtures.path(like)); Checkpoint actual = Checkpoint.open(out())) {
            assertEquals(withoutCounters(expected), withoutCounters(actual));
            for (String key : withoutCounters(expected).keySet()) {
                assertEquals(-1, expected.bytes(key).mismatch(actual.bytes(key)), key);
            }
        }
    }

    @Test
    void withoutALayoutNamesStay() throws IOException {
        convert("timm_v1_ddp.bin", Optional.empty(), Optional.empty());
        try (Checkpoint source = Checkpoint.open(Fixtures.path("timm_v1_ddp.bin"));
                Checkpoint copy = Checkpoint.open(out())) {
            assertEquals(new TreeMap<>(source.tensors()), new TreeMap<>(copy.tensors()));
            assertEquals(Map.of("format", "pt"), copy.metadata());
        }
    }

    @ParameterizedTest
    @CsvSource({"F16, timm_v2_f16.safetensors", "BF16, timm_v2_bf16.safetensors"})
    void roundsAsPyTorchDoes(DType half, String like) throws IOException {
        convert("hf_v2", Optional.of(TargetLayout.TIMM), Optional.of(half));
        try (ModelWeights expected = Fixtures.open(like);
                ModelWeights actual = ModelWeights.of(Checkpoint.open(out()))) {
            assertTrue(actual.checkpoint().tensors().values().stream().allMatch(info -> info.dtype() == half));
            for (Parameter parameter : expected.parameters()) {
                assertArrayEquals(parameter.values(), actual.parameter(parameter.name()).values(), parameter.name());
            }
        }
    }

    @Test
    void doublesAreWeightsToo() throws IOException {
        String header = "{\"w\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]}}";
        try (Checkpoint source = SafetensorsBytes.open(SafetensorsBytes.file(header, 16))) {
            Conversion.of(source, Optional.empty(), Optional.of(DType.F16)).write(out(), _ -> {});
        }
        try (Checkpoint copy = Checkpoint.open(out())) {
            assertEquals(DType.F16, copy.info("w").dtype());
        }
    }

    @Test
    void whatReadersOfTheNewLayoutAssumeWronglyIsNamed() throws IOException {
        Path mindcv = Files.write(folder.resolve("convnext.ckpt"), MindSporeFile.model(Fixtures.V1));
        String said = ": not told by the new file, whose readers assume otherwise unless a configuration says it: ";
        try (Checkpoint source = Checkpoint.open(mindcv)) {
            assertEquals(List.of(mindcv + said + "activation GELU_TANH"), notes(source, TargetLayout.TIMM, "{}"));
            assertEquals(List.of(mindcv + said + "activation GELU_TANH, eps 1.0E-6 of the last norm"),
                    notes(source, TargetLayout.HF, "{}"));
            assertEquals(List.of(), notes(source, TargetLayout.FB, "{\"hidden_act\": \"gelu\"}"));
        }
        try (Checkpoint source = Checkpoint.open(Fixtures.path("hf_v1"))) {
            assertEquals(List.of(source.name() + said + "eps 1.0E-12 of the last norm"),
                    notes(source, TargetLayout.TIMM, "{}"));
            assertEquals(List.of(), notes(source, TargetLayout.TIMM, "{\"layer_norm_eps\": 1e-6}"));
            assertEquals(List.of(), notes(source, TargetLayout.HF, "{}"));
        }
    }

    private List<String> notes(Checkpoint source, TargetLayout layout, String config) throws IOException {
        return Conversion.of(source, Optional.of(layout), Optional.empty(), Optional.of(ModelConfig.parse("config.json",
                config.getBytes(StandardCharsets.UTF_8)))).write(out(), _ -> {});
    }

    @Test
    void whatALayoutCannotNameIsRefused() {
        assertEquals(Fixtures.path("hf_v2") + "/model.safetensors: cannot be written in TORCHVISION's layout, which "
                + "has no name for stages.0.blocks.0.mlp.grn.weight", refused("hf_v2", TargetLayout.TORCHVISION));
        assertTrue(refused("fb_fcmae_sparse.pth", TargetLayout.TIMM).contains("is a masked autoencoder"));
        assertFalse(Files.exists(out()));
    }

    @Test
    void isotropicModelsHaveTheOriginalNamesAndNoOthers() throws IOException {
        String block = "blocks.0.";
        List<TensorInfo> original = List.of(tensor("stem.weight", 8, 3, 16, 16), tensor("stem.bias", 8),
                tensor(block + "gamma", 8), tensor(block + "dwconv.weight", 8, 1, 7, 7),
                tensor(block + "dwconv.bias", 8),
                tensor(block + "norm.weight", 8), tensor(block + "norm.bias", 8),
                tensor(block + "pwconv1.weight", 32, 8), tensor(block + "pwconv1.bias", 32),
                tensor(block + "pwconv2.weight", 8, 32), tensor(block + "pwconv2.bias", 8),
                tensor("norm.weight", 8), tensor("norm.bias", 8), tensor("head.weight", 2, 8), tensor("head.bias", 2));
        Path timm = folder.resolve("timm.safetensors");
        try (Checkpoint source = SyntheticCheckpoint.of(original)) {
            Conversion.of(source, Optional.of(TargetLayout.TIMM), Optional.empty()).write(timm, _ -> {});
        }
        try (Checkpoint source = Checkpoint.open(timm)) {
            Conversion.of(source, Optional.of(TargetLayout.FB), Optional.empty()).write(out(), _ -> {});
            try (ModelWeights model = ModelWeights.of(Checkpoint.open(out()))) {
                assertEquals(KeyLayout.ISOTROPIC, model.layout());
                assertEquals(original, original.stream().map(info -> model.checkpoint().info(info.name())).toList());
            }
            var refused = assertThrows(CheckpointException.class,
                    () -> Conversion.of(source, Optional.of(TargetLayout.HF), Optional.empty()));
            assertTrue(refused.getMessage().contains("has no name for stem.0.weight"), refused.getMessage());
        }
    }

    private static TensorInfo tensor(String name, Integer... shape) {
        return new TensorInfo(name, DType.F32, List.of(shape));
    }

    @Test
    void timmsSmallModelsAreConvolutional() throws IOException {
        assertEquals(List.of(160, 40, 1, 1), firstLinear("convnextv2_atto", TargetLayout.TIMM));
        assertEquals(List.of(160, 40), firstLinear("convnextv2_atto", TargetLayout.HF));
        assertEquals(List.of(384, 96), firstLinear("convnext_tiny", TargetLayout.TIMM));
    }

    @Test
    void whatIsNoPartOfAConvNeXtIsKept() throws IOException {
        var clip = Stream.concat(Fixtures.V1.parameters().stream().filter(parameter -> !parameter.name()
                .startsWith("head.fc")).map(
                        parameter -> new TensorInfo("visual.trunk." + parameter.name(), DType.F32, parameter.shape())),
                Stream.of(new TensorInfo("visual.head.proj.weight", DType.F32, List.of(7, 128)),
                        new TensorInfo("text.token", DType.F32, List.of(3))))
                .toList();
        try (Checkpoint source = SyntheticCheckpoint.of(clip)) {
            List<String> notes = Conversion.of(source, Optional.of(TargetLayout.TIMM), Optional.of(DType.BF16))
                    .write(out(), _ -> {});
            assertEquals(List.of("synthetic: added as zeros, which the source leaves out: head.fc.bias",
                    "synthetic: kept as they are, being no part of a ConvNeXt: text.token"), notes);
            try (Checkpoint copy = Checkpoint.open(out())) {
                assertEquals(DType.F32, copy.info("text.token").dtype());
                assertArrayEquals(source.floats("text.token"), copy.floats("text.token"));
                assertArrayEquals(new float[7], copy.floats("head.fc.bias"));
                assertEquals(List.of(7, 128), copy.info("head.fc.weight").shape());
            }
        }
    }

    @Test
    void whatATrainingCheckpointHoldsBesidesIsNamed() throws IOException {
        assertEquals(List.of(Fixtures.path("fb_v2_training.pth")
                + ": left out, being no tensors of the state dict: model, optimizer, epoch and 2 more"),
                convert("fb_v2_training.pth", Optional.empty(), Optional.empty()));
    }

    @Test
    void aValueThatIsTooLargeLeavesTheOldFile() throws IOException {
        Path source = folder.resolve("large.safetensors");
        Safetensors.write(source, new LinkedHashMap<>(Map.of("a", Safetensors.FloatTensor.of(List.of(3), 1f,
                70000f, 1f))), Map.of("note", "kept"));
        Files.writeString(out(), "old");
        try (Checkpoint large = Checkpoint.open(source)) {
            Conversion half = Conversion.of(large, Optional.empty(), Optional.of(DType.F16));
            var problem = assertThrows(CheckpointException.class, () -> half.write(out(), _ -> {}));
            assertEquals(source + ": tensor a holds 70000.0, which F16 cannot", problem.getMessage());
            assertEquals("old", Files.readString(out()));
            Conversion.of(large, Optional.empty(), Optional.of(DType.BF16)).write(out(), _ -> {});
        }
        try (Checkpoint copy = Checkpoint.open(out())) {
            assertEquals(Map.of("note", "kept", "format", "pt"), copy.metadata());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(Set.of(source, out()), files.collect(Collectors.toSet()));
        }
    }

    @Test
    void everyTensorIsAlignedToItsType() throws IOException {
        convert("timm_v1_ddp.bin", Optional.of(TargetLayout.FB), Optional.of(DType.F16));
        try (Checkpoint copy = Checkpoint.open(out())) {
            for (TensorInfo info : copy.tensors().values()) {
                MemorySegment bytes = copy.bytes(info.name());
                assertEquals(0, bytes.address() % info.dtype().byteSize(), info.name());
            }
        }
    }

    private List<Integer> firstLinear(String architecture, TargetLayout layout) throws IOException {
        Conversion.of(Fixtures.facebookResearch(Catalogue.get(architecture).spec()), Optional.of(layout), Optional
                .empty()).write(out(), _ -> {});
        try (Checkpoint copy = Checkpoint.open(out())) {
            return copy.tensors().values().stream().filter(info -> info.name().matches(".*[.](fc1|pwconv1)[.]weight"))
                    .findFirst().orElseThrow().shape();
        }
    }

    private List<String> convert(String from, Optional<TargetLayout> layout, Optional<DType> dtype)
            throws IOException {
        try (Checkpoint source = Checkpoint.open(Fixtures.path(from))) {
            return Conversion.of(source, layout, dtype).write(out(), _ -> {});
        }
    }

    private static String refused(String from, TargetLayout layout) {
        return assertThrows(CheckpointException.class, () -> {
            try (Checkpoint source = Checkpoint.open(Fixtures.path(from))) {
                Conversion.of(source, Optional.of(layout), Optional.empty());
            }
        }).getMessage();
    }

    private Path out() {
        return folder.resolve("out.safetensors");
    }

    /** What a file says of its floats, with the names that they would have without a wrapper. */
    private static Map<String, List<?>> withoutCounters(Checkpoint checkpoint) {
        var infos = new TreeMap<String, List<?>>();
        checkpoint.tensors().values().stream().filter(info -> !info.dtype().isInteger())
                .forEach(info -> infos.put(info.name(), List.of(info.dtype(), info.shape())));
        return infos;
    }
}
