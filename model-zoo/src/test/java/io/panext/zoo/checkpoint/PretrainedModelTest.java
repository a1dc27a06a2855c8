package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.Activation;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Generation;
import io.panext.zoo.Norm;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PretrainedModelTest {

    @TempDir
    private Path folder;
    private Path weights;

    @BeforeEach
    void copyWeights() throws IOException {
        weights = Files.copy(Fixtures.path("timm_v1.safetensors"), folder.resolve("model.safetensors"));
    }

    @Test
    void theEmbeddedModelIsComplete() throws IOException {
        try (PretrainedModel model = PretrainedModel.open(PretrainedModel.EMBEDDED)) {
            assertEquals(PretrainedModel.EMBEDDED, model.name());
            assertEquals(Catalogue.get("convnextv2_atto").spec().withClasses(10), model.weights().spec());
            assertEquals(List.of("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                    "truck"), model.labels().orElseThrow().names());
            assertEquals(new Preprocessing(64, 64, 1.0, Interpolation.BICUBIC, CropMode.CENTER,
                    Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD), model.preprocessing());
            assertEquals(List.of(), model.assumptions());
        }
    }

    @Test
    void aFileAloneWorksOnStatedAssumptions() throws IOException {
        try (PretrainedModel model = PretrainedModel.open(weights.toString())) {
            assertEquals(Fixtures.V1, model.weights().spec());
            assertEquals(Preprocessing.IMAGENET_224, model.preprocessing());
            assertTrue(model.labels().isEmpty());
            assertEquals(List.of(
                    weights + ": preprocessing is assumed to be ImageNet's at 224 px, crop 0.875, bicubic "
                            + "(no config.json beside it)",
                    weights + ": classes have numbers only (no config.json beside it)"), model.assumptions());
        }
    }

    @Test
    void chosenPreprocessingGoesBeforeAllOther() throws IOException {
        Preprocessing chosen = Preprocessing.IMAGENET_224.withSize(96, 64).withCropPct(1);
        try (PretrainedModel model = PretrainedModel.open(weights.toString()).withPreprocessing(chosen)) {
            assertEquals(chosen, model.preprocessing());
            assertEquals(weights + ": preprocessing is assumed to be ImageNet's at 224 px, crop 0.875, bicubic, "
                    + "but for what was chosen (no config.json beside it)", model.assumptions().getFirst());
        }
        try (PretrainedModel model = PretrainedModel.embedded().withPreprocessing(chosen)) {
            assertEquals(chosen, model.preprocessing());
            assertEquals(List.of(), model.assumptions());
        }
    }

    @Test
    void aPublishedFileIsKnownByItsName() throws IOException {
        Path file = folder.resolve("convnextv2_atto.fcmae_ft_in1k.safetensors");
        write(file, Catalogue.get("convnextv2_atto").spec());
        try (PretrainedModel model = PretrainedModel.open(file)) {
            assertEquals("convnextv2_atto.fcmae_ft_in1k", model.tag().orElseThrow().name());
            assertEquals(file + ": preprocessing is assumed to be that of convnextv2_atto.fcmae_ft_in1k "
                    + "(no config.json beside it)", model.assumptions().getFirst());
            assertEquals(file + ": classes are assumed to be ImageNet's, those of convnextv2_atto.fcmae_ft_in1k "
                    + "(no config.json beside it)", model.assumptions().getLast());
            assertEquals("tench", model.labels().orElseThrow().get(0));
        }
        Path misnamed = Files.move(file, folder.resolve("convnext_tiny.fb_in22k_ft_in1k_384.safetensors"));
        try (PretrainedModel model = PretrainedModel.open(misnamed)) {
            assertTrue(model.tag().isEmpty());
            assertEquals(Preprocessing.IMAGENET_224, model.preprocessing());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"convnext_zepto_rms.ra4_e3600_r224_in1k", "convnext_zepto_rms_ols.ra4_e3600_r224_in1k",
            "test_convnext.r160_in1k", "test_convnext2.r160_in1k", "test_convnext3.r160_in1k"})
    void aPublishedFileNeedsNoConfigurationForItsNormsAndActivation(String tag) throws IOException {
        Path file = folder.resolve(tag + ".safetensors");
        ConvNeXtSpec spec = Catalogue.get(tag).spec();
        write(file, spec);
        try (PretrainedModel model = PretrainedModel.open(file)) {
            assertEquals(tag, model.tag().orElseThrow().name());
            assertEquals(spec, model.weights().spec());
            assertEquals(List.of(), model.doubts());
        }
        Path misnamed = Files.move(weights, folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        try (PretrainedModel model = PretrainedModel.open(misnamed)) {
            assertEquals(Fixtures.V1, model.weights().spec());
        }
    }

    @Test
    void theConfigurationBesideAFileIsUsed() throws IOException {
        Path config = configure(
                """
                {"architecture": "convnext_custom", "num_classes": 10,
                 "pretrained_cfg": {"input_size": [3, 96, 64], "interpolation": "bilinear", "crop_mode": "squash"}}""");
        try (PretrainedModel model = PretrainedModel.open(weights)) {
            assertEquals(new Preprocessing(96, 64, 0.875, Interpolation.BILINEAR, CropMode.SQUASH,
                    Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD), model.preprocessing());
            assertEquals(Optional.of("convnext_custom"), model.config().orElseThrow().architecture());
            assertEquals(List.of(weights + ": classes have numbers only (" + config + " has none)"),
                    model.assumptions());
        }
    }

    @Test
    void aConfigurationThatDisagreesIsRefused() throws IOException {
        Path config = configure("{\"num_classes\": 1000}");
        assertEquals(config + ": num_classes is 1000, but the weights have 10 classes", refused(weights.toString()));
        configure("{\"label_names\": [\"cat\", \"dog\"]}");
        assertEquals(config + ": has 2 labels, but the weights have 10 classes", refused(weights.toString()));
        configure("{\"label_names\": ");
        assertTrue(refused(weights.toString()).startsWith(config + ": is not valid JSON: "));
    }

    @Test
    void labelsCarryTheirDescriptions() throws IOException {
        String names = String.join(", ", IntStream.range(0, 10).mapToObj(i -> "\"n" + i + "\"").toList());
        configure("{\"label_names\": [" + names + "], \"label_descriptions\": {\"n3\": \"tench, Tinca tinca\"}}");
        try (PretrainedModel model = PretrainedModel.open(weights)) {
            assertEquals("n0", model.labels().orElseThrow().get(0));
            assertEquals("tench, Tinca tinca", model.labels().orElseThrow().get(3));
        }
    }

    @ParameterizedTest
    @CsvSource({"hf_v1, V1", "hf_v2, V2"})
    void aFolderOfHuggingFaceIsComplete(String folder, Generation generation) throws IOException {
        try (PretrainedModel model = PretrainedModel.open(Fixtures.path(folder).toString())) {
            assertEquals(KeyLayout.HUGGING_FACE.traits().applyTo(Fixtures.spec(generation)), model.weights().spec());
            assertEquals("class 9", model.labels().orElseThrow().get(9));
            assertEquals(Preprocessing.IMAGENET_224, model.preprocessing());
            assertEquals(List.of(), model.assumptions());
        }
    }

    @Test
    void aModelWithoutItsClassifierKeepsItsConfiguration() throws IOException {
        Path headless = folder.resolve("model.safetensors");
        try (Checkpoint whole = Checkpoint.open(Fixtures.path("hf_v1"))) {
            var tensors = new LinkedHashMap<String, Safetensors.FloatTensor>();
            whole.tensors().keySet().stream().filter(name -> !name.startsWith("classifier.")).forEach(
                    name -> tensors.put(name.replaceFirst("^convnext\\.", ""),
                            Safetensors.FloatTensor.of(whole.info(name)
                                    .shape(), whole.floats(name))));
            Safetensors.write(headless, tensors, Map.of());
        }
        Files.copy(Fixtures.path("hf_v1/config.json"), folder.resolve("config.json"));
        try (PretrainedModel model = PretrainedModel.open(folder)) {
            assertEquals(0, model.weights().spec().classes());
            assertEquals(1e-12, model.weights().spec().headNorm().orElseThrow().eps());
            assertTrue(model.labels().isEmpty());
        }
        configure("{\"num_classes\": 1000}");
        PretrainedModel.open(folder).close();
    }

    @Test
    void theConfigurationTellsWhatNoTensorDoes() throws IOException {
        configure("{\"architecture\": \"test_convnext3\", \"model_args\": {\"norm_eps\": 1e-3}}");
        try (PretrainedModel model = PretrainedModel.open(weights)) {
            assertEquals(Activation.SILU, model.weights().spec().activation());
            assertEquals(1e-3, model.weights().spec().norm().eps());
        }
        configure("{\"hidden_act\": \"gelu_new\", \"layer_norm_eps\": 1e-4}");
        try (PretrainedModel model = PretrainedModel.open(weights)) {
            assertEquals(Activation.GELU_TANH, model.weights().spec().activation());
            assertEquals(Norm.DEFAULT, model.weights().spec().norm());
            assertEquals(1e-4, model.weights().spec().headNorm().orElseThrow().eps());
        }
    }

    @Test
    void anArchitectureThatTheTensorsAreNotIsRefused() {
        var refused = assertThrows(CheckpointException.class,
                () -> PretrainedModel.open(weights.toString(), Catalogue.find("convnext_tiny")));
        assertTrue(refused.getMessage().endsWith(", not convnext_tiny: V1 of depths [3, 3, 9, 3] and dims "
                + "[96, 192, 384, 768] with layer scale"), refused.getMessage());
    }

    @Test
    void normsOfAnUnknownKindAreSaidAloud() throws IOException {
        Norm rms = new Norm(Norm.Kind.RMS_NORM, 1e-6);
        ConvNeXtSpec spec = ConvNeXtSpec.v1(List.of(1), List.of(8), 2).with(rms);
        try (PretrainedModel model = PretrainedModel.of("m", SyntheticCheckpoint.of(spec), Optional.empty())) {
            assertEquals(spec, model.weights().spec());
            assertEquals(List.of("m: norms without bias are taken for RMS_NORM; name an architecture if they are of "
                    + "another kind"), model.doubts());
        }
        ConvNeXtSpec known = Catalogue.get("convnext_zepto_rms").spec();
        try (PretrainedModel model = PretrainedModel.of("m", SyntheticCheckpoint.of(known), Optional.empty())) {
            assertEquals(known, model.weights().spec());
            assertEquals(List.of(), model.doubts());
        }
    }

    @Test
    void aPreprocessorOfHuggingFaceHasItsOwnDefaults() throws IOException {
        configure("{}");
        Path preprocessor = folder.resolve("preprocessor_config.json");
        var half = List.of(0.5f, 0.5f, 0.5f);
        Files.writeString(preprocessor, "{}");
        assertEquals(new Preprocessing(384, 384, 1, Interpolation.BILINEAR, CropMode.SQUASH, half, half),
                preprocessing());
        Files.writeString(preprocessor, "{\"size\": 256, \"crop_pct\": 0.5, \"resample\": 3}");
        assertEquals(new Preprocessing(256, 256, 0.5, Interpolation.BICUBIC, CropMode.CENTER, half, half),
                preprocessing());
        Files.writeString(preprocessor, "{\"resample\": 1}");
        assertEquals(preprocessor + ": resample 1 is not supported; it can be 2 (bilinear) or 3 (bicubic)",
                refused(folder.toString()));
        Files.writeString(preprocessor, "{\"resample\": \"bicubic\", \"rescale_factor\": 0.00392156862745098}");
        assertEquals(Interpolation.BICUBIC, preprocessing().interpolation());
        Files.writeString(preprocessor, "{\"resample\": \"lanczos\"}");
        assertTrue(refused(folder.toString()).contains("resample \"lanczos\" is not supported"));
        Files.writeString(preprocessor, "{\"rescale_factor\": 1.0}");
        assertEquals(preprocessor + ": rescale_factor 1.0 is not supported; it can be 1/255",
                refused(folder.toString()));
        Files.writeString(preprocessor, "{\"do_normalize\": false}");
        assertEquals(preprocessor + ": do_normalize cannot be switched off", refused(folder.toString()));
        Files.writeString(preprocessor, "{\"size\": {\"height\": 224}}");
        assertEquals(preprocessor + ": size must give the shortest edge, not {\"height\":224}",
                refused(folder.toString()));
    }

    @Test
    void aPreprocessorNeedsNoConfigurationBesideIt() throws IOException {
        Path preprocessor = Files.copy(Fixtures.path("hf_v1/preprocessor_config.json"), folder.resolve(
                "preprocessor_config.json"));
        try (PretrainedModel model = PretrainedModel.open(weights)) {
            assertEquals(Preprocessing.IMAGENET_224, model.preprocessing());
            assertEquals(List.of(weights + ": classes have numbers only (" + preprocessor + " has none)"),
                    model.assumptions());
        }
    }

    @Test
    void aFolderNeedsACheckpoint() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertEquals(empty + ": is a folder without a checkpoint; it could be one of model.safetensors, "
                + "model.safetensors.index.json, pytorch_model.bin, pytorch_model.bin.index.json, "
                + "open_clip_model.safetensors, open_clip_pytorch_model.bin",
                refused(empty.toString()));
    }

    @Test
    void anArchitectureWithoutWeightsIsNoModel() {
        assertEquals("convnext_tiny: is an architecture without weights here; give a checkpoint file, or weights by "
                + "their name: convnext_tiny.in12k_ft_in1k", refused("convnext_tiny"));
    }

    @Test
    void weightsThatWereNotFetchedCanBe() {
        String end = " is not in " + HubCache.standard().folder() + "; panext pull ";
        assertEquals("convnext_tiny.fb_in1k:" + end + "convnext_tiny.fb_in1k fetches it",
                refused("convnext_tiny.fb_in1k"));
        assertEquals("hf:somebody/something:" + end + "hf:somebody/something fetches it",
                refused("hf:somebody/something"));
        assertEquals("convnextv2_small.untrained: has no weights on the hub; give a checkpoint file",
                refused("convnextv2_small.untrained"));
        assertTrue(refused("hf:../../etc").contains("is no repository's name"));
    }

    @Test
    void weightsThatWereFetchedOpenByTheirName() throws IOException {
        HubCache cache = HubCache.standard();
        String repository = "panext-test/timm-v1";
        String commit = "0123456789abcdef0123456789abcdef01234567";
        String hash = "a".repeat(64);
        Files.createDirectories(cache.blob(repository, hash).getParent());
        Files.copy(weights, cache.blob(repository, hash), StandardCopyOption.REPLACE_EXISTING);
        cache.publish(repository, commit, Map.of("model.safetensors", hash));
        try (PretrainedModel model = PretrainedModel.open("hf:" + repository)) {
            assertEquals(Fixtures.V1, model.weights().spec());
            assertEquals("hf:" + repository, model.name());
        }
        assertEquals(Path.of("../../blobs/" + hash), Files.readSymbolicLink(cache.snapshot(repository, commit).resolve(
                "model.safetensors")));
    }

    @Test
    void anUnknownNameIsMetWithASuggestion() {
        var unknown = assertThrows(UnknownModelException.class, () -> PretrainedModel.open("convnext_tinyy"));
        assertEquals("unknown model 'convnext_tinyy': did you mean convnext_tiny?", unknown.getMessage());
        assertThrows(UnknownModelException.class, () -> PretrainedModel.open(""));
        var stranger = assertThrows(UnknownModelException.class, () -> PretrainedModel.open("resnet50"));
        assertEquals("unknown model 'resnet50': neither a file nor a known name; convnextv2_atto.panext_cifar10 is "
                + "embedded", stranger.getMessage());
    }

    @Test
    void aMissingFileIsNamed() {
        Path missing = folder.resolve("missing");
        assertEquals(missing + ": cannot be read: no such file", refused(missing.toString()));
        assertEquals("missing.safetensors: cannot be read: no such file", refused("missing.safetensors"));
        assertEquals("missing.pth: cannot be read: no such file", refused("missing.pth"));
        assertTrue(refused("a\0b").startsWith("a?b: is neither a model's name nor a path"));
    }

    private static void write(Path file, ConvNeXtSpec spec) throws IOException {
        SyntheticCheckpoint values = SyntheticCheckpoint.of(spec);
        var tensors = new LinkedHashMap<String, Safetensors.FloatTensor>();
        values.tensors().forEach((name, info) -> tensors.put(name, Safetensors.FloatTensor.of(info.shape(), values
                .floats(name))));
        Safetensors.write(file, tensors, Map.of());
    }

    private Preprocessing preprocessing() throws IOException {
        try (PretrainedModel model = PretrainedModel.open(folder)) {
            return model.preprocessing();
        }
    }

    private Path configure(String json) throws IOException {
        return Files.writeString(folder.resolve("config.json"), json);
    }

    private static String refused(String nameOrPath) {
        return assertThrows(CheckpointException.class, () -> PretrainedModel.open(nameOrPath)).getMessage();
    }
}
