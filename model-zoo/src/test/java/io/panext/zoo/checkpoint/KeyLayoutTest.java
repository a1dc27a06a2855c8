package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.panext.zoo.Generation;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KeyLayoutTest {

    @ParameterizedTest
    @CsvSource({"downsample_layers.0.0.weight, stem.0.weight", "downsample_layers.0.1.bias, stem.1.bias",
            "downsample_layers.3.0.weight, stages.3.downsample.0.weight",
            "downsample_layers.1.1.bias, stages.1.downsample.1.bias", "stages.2.26.gamma, stages.2.blocks.26.gamma",
            "stages.0.1.dwconv.weight, stages.0.blocks.1.conv_dw.weight",
            "stages.0.1.norm.bias, stages.0.blocks.1.norm.bias",
            "stages.0.1.pwconv1.weight, stages.0.blocks.1.mlp.fc1.weight",
            "stages.0.1.pwconv2.bias, stages.0.blocks.1.mlp.fc2.bias",
            "stages.0.1.grn.gamma, stages.0.blocks.1.mlp.grn.weight",
            "stages.0.1.grn.beta, stages.0.blocks.1.mlp.grn.bias", "norm.weight, head.norm.weight",
            "head.weight, head.fc.weight", "head.bias, head.fc.bias"})
    void renamesWhatFacebookResearchPublished(String key, String canonical) {
        assertEquals(canonical, KeyLayout.FACEBOOKRESEARCH.canonical(key));
    }

    @Test
    void targetsNameParametersOnly() {
        assertEquals(Optional.of("downsample_layers.0.0.weight"), TargetLayout.FB.key("stem.0.weight", Generation.V1));
        assertEquals(Optional.empty(), TargetLayout.FB.key("stem.0_weight", Generation.V1));
    }

    @ParameterizedTest
    @CsvSource({"convnext.embeddings.patch_embeddings.weight, stem.0.weight",
            "embeddings.layernorm.bias, stem.1.bias",
            "convnextv2.encoder.stages.3.downsampling_layer.1.weight, stages.3.downsample.1.weight",
            "convnext.encoder.stages.2.layers.26.layer_scale_parameter, stages.2.blocks.26.gamma",
            "convnext.encoder.stages.0.layers.1.dwconv.weight, stages.0.blocks.1.conv_dw.weight",
            "convnext.encoder.stages.0.layers.1.layernorm.bias, stages.0.blocks.1.norm.bias",
            "convnextv2.encoder.stages.0.layers.1.pwconv1.weight, stages.0.blocks.1.mlp.fc1.weight",
            "convnextv2.encoder.stages.0.layers.1.grn.weight, stages.0.blocks.1.mlp.grn.weight",
            "convnextv2.layernorm.weight, head.norm.weight", "classifier.bias, head.fc.bias"})
    void renamesWhatHuggingFacePublished(String key, String canonical) {
        assertEquals(canonical, KeyLayout.HUGGING_FACE.canonical(key));
    }

    @ParameterizedTest
    @CsvSource({"features.0.0.weight, stem.0.weight", "features.0.1.bias, stem.1.bias",
            "features.6.1.weight, stages.3.downsample.1.weight", "features.5.26.layer_scale, stages.2.blocks.26.gamma",
            "features.1.2.block.0.weight, stages.0.blocks.2.conv_dw.weight",
            "features.3.0.block.2.bias, stages.1.blocks.0.norm.bias",
            "features.7.1.block.3.weight, stages.3.blocks.1.mlp.fc1.weight",
            "features.7.1.block.5.bias, stages.3.blocks.1.mlp.fc2.bias", "classifier.0.weight, head.norm.weight",
            "classifier.2.bias, head.fc.bias"})
    void renamesWhatTorchvisionPublished(String key, String canonical) {
        assertEquals(canonical, KeyLayout.TORCHVISION.canonical(key));
    }

    @ParameterizedTest
    @CsvSource({"visual.trunk.stem.0.weight, stem.0.weight", "visual.trunk.head.norm.bias, head.norm.bias",
            "visual.head.proj.weight, head.fc.weight", "visual.head.mlp.fc1.bias, head.pre_logits.fc.bias",
            "visual.head.mlp.fc2.weight, head.fc.weight"})
    void renamesWhatOpenClipPublished(String key, String canonical) {
        assertEquals(canonical, KeyLayout.OPEN_CLIP.canonical(key));
    }

    @ParameterizedTest
    @CsvSource({"stem.bias, stem.0.bias", "blocks.17.dwconv.weight, stages.0.blocks.17.conv_dw.weight",
            "blocks.0.pwconv2.bias, stages.0.blocks.0.mlp.fc2.bias", "blocks.3.gamma, stages.0.blocks.3.gamma",
            "blocks.3.norm.weight, stages.0.blocks.3.norm.weight", "norm.bias, head.norm.bias",
            "head.weight, head.fc.weight"})
    void renamesIsotropicModels(String key, String canonical) {
        assertEquals(canonical, KeyLayout.ISOTROPIC.canonical(key));
    }

    @Test
    void doesNotMindWrappers() {
        assertEquals("stem.0.weight", KeyLayout.TIMM.canonical("module._orig_mod.stem.0.weight"));
        assertEquals(Optional.of(KeyLayout.TORCHVISION), KeyLayout.recognise(Set.of("_orig_mod.features.0.0.weight")));
    }

    @ParameterizedTest
    @EnumSource(Generation.class)
    void leavesCanonicalKeysAlone(Generation generation) {
        Fixtures.spec(generation).parameters().forEach(parameter -> {
            assertEquals(parameter.name(), KeyLayout.TIMM.canonical(parameter.name()));
            assertEquals(parameter.name(), KeyLayout.FACEBOOKRESEARCH.canonical(Fixtures.facebookResearchKey(
                    parameter.name())));
        });
    }

    @Test
    void isRecognisedByItsSignature() {
        assertEquals(Optional.of(KeyLayout.TIMM), KeyLayout.recognise(Set.of("x", "stem.0.weight")));
        assertEquals(Optional.of(KeyLayout.ISOTROPIC), KeyLayout.recognise(Set.of("stem.weight", "blocks.0.gamma")));
        assertEquals(Optional.of(KeyLayout.FACEBOOKRESEARCH),
                KeyLayout.recognise(Set.of("downsample_layers.0.0.weight")));
        assertEquals(Optional.of(KeyLayout.HUGGING_FACE),
                KeyLayout.recognise(Set.of("convnextv2.embeddings.patch_embeddings.weight")));
        assertEquals(Optional.of(KeyLayout.OPEN_CLIP), KeyLayout.recognise(Set.of("visual.trunk.stem.0.weight")));
        assertEquals(Optional.empty(), KeyLayout.recognise(Set.of("trunk.stem.0.weight")));
    }
}
