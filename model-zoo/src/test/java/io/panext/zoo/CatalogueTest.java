package io.panext.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogueTest {

    /** timm's registry, and the isotropic models of the original repository. */
    @Test
    void listsEveryPublishedArchitectureSmallestFirst() {
        assertEquals(List.of("test_convnext", "test_convnext3", "test_convnext2", "convnext_zepto_rms",
                "convnext_zepto_rms_ols", "convnext_atto_rms", "convnext_atto", "convnext_atto_ols", "convnext_femto",
                "convnext_femto_ols", "convnext_pico", "convnext_pico_ols", "convnext_nano", "convnext_nano_ols",
                "convnext_isotropic_small", "convnext_tiny", "convnext_tiny_hnf", "convnext_small",
                "convnext_isotropic_base", "convnext_base", "convnext_large", "convnext_large_mlp",
                "convnext_isotropic_large", "convnext_xlarge", "convnext_xxlarge"), names(Generation.V1));
        assertEquals(List.of("convnextv2_atto", "convnextv2_femto", "convnextv2_pico", "convnextv2_nano",
                "convnextv2_tiny", "convnextv2_small", "convnextv2_base", "convnextv2_large", "convnextv2_huge"),
                names(Generation.V2));
    }

    /** So that no name is needed to know a published model's norms and activation. */
    @Test
    void architecturesOfTheSameTensorsAreTheSameInWhatNoTensorTells() {
        for (Architecture one : Catalogue.architectures()) {
            for (Architecture other : Catalogue.architectures()) {
                if (Catalogue.haveSameBody(one.spec(), other.spec())) {
                    assertEquals(Traits.of(one.spec()), Traits.of(other.spec()), one.name() + " and " + other.name());
                }
            }
        }
    }

    @Test
    void findsAnArchitectureByItsNameAndByItsWeights() {
        assertEquals("convnext_tiny", Catalogue.find("convnext_tiny").orElseThrow().name());
        assertEquals("convnext_tiny", Catalogue.find("convnext_tiny.fb_in1k").orElseThrow().name());
        assertTrue(Catalogue.find("convnext_tiny.nobody").isEmpty());
        assertTrue(Catalogue.find("").isEmpty());
    }

    @Test
    void suggestsTheNearestName() {
        var unknown = assertThrows(IllegalArgumentException.class, () -> Catalogue.get("convnext_tinyy"));
        assertEquals("unknown model 'convnext_tinyy': did you mean convnext_tiny?", unknown.getMessage());
        assertEquals(List.of("convnextv2_atto"), Catalogue.suggestions("convnextv2-ato"));
        assertEquals(List.of("convnext_tiny.fb_in1k"), Catalogue.suggestions("convnext_tiny.fb_in1K"));
    }

    @Test
    void suggestsWhatAFragmentIsPartOf() {
        assertEquals(List.of("convnext_large", "convnext_large_mlp", "convnext_isotropic_large", "convnext_xlarge",
                "convnext_xxlarge", "convnextv2_large"), Catalogue.suggestions("large"));
        assertEquals("unknown model 'resnet50'", Catalogue.unknown("resnet50"));
    }

    @Test
    void describesWhatIsUnusual() {
        assertEquals("convnextv2_atto: V2 of depths [2, 2, 6, 2] and dims [40, 80, 160, 320]",
                Catalogue.describe(Catalogue.get("convnextv2_atto").spec()));
        assertEquals("V1 of depths [1] and dims [8] with layer scale",
                Catalogue.describe(ConvNeXtSpec.v1(List.of(1), List.of(8), 3)));
        assertEquals("test_convnext3: V1 of depths [1, 1, 1, 1] and dims [32, 64, 96, 128] with layer scale, "
                + "depthwise kernels [7, 5, 5, 3], Norm[kind=LAYER_NORM, eps=1.0E-5], SILU",
                Catalogue.describe(Catalogue.get("test_convnext3").spec()));
    }

    private static List<String> names(Generation generation) {
        return Catalogue.architectures().stream()
                .filter(architecture -> architecture.spec().generation() == generation).map(Architecture::name)
                .toList();
    }
}
