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
        assertEquals(Optional.of(KeyLayout.FACEBOOKRESEARCH),
                KeyLayout.recognise(Set.of("downsample_layers.0.0.weight")));
        assertEquals(Optional.empty(), KeyLayout.recognise(Set.of("features.0.0.weight")));
    }
}
