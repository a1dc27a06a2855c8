package io.panext.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogueTest {

    @Test
    void listsNineSizesOfEachGeneration() {
        List<String> sizes = List.of("atto", "femto", "pico", "nano", "tiny", "small", "base", "large");
        List<String> v1 = names(Generation.V1);
        List<String> v2 = names(Generation.V2);
        assertEquals(sizes.stream().map("convnext_"::concat).toList(), v1.subList(0, 8));
        assertEquals(List.of("convnext_xlarge"), v1.subList(8, v1.size()));
        assertEquals(sizes.stream().map("convnextv2_"::concat).toList(), v2.subList(0, 8));
        assertEquals(List.of("convnextv2_huge"), v2.subList(8, v2.size()));
    }

    @Test
    void statesLicences() {
        assertEquals(List.of("cc-by-nc-4.0"), Catalogue.get("convnextv2_base").licences());
        assertEquals(List.of("apache-2.0", "dinov3-license", "fair-noncommercial-research-license", "bsd-3-clause"),
                Catalogue.get("convnext_base").licences());
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
        assertEquals(List.of("convnext_large", "convnext_xlarge", "convnextv2_large"),
                Catalogue.suggestions("large"));
        assertEquals("unknown model 'resnet50'", Catalogue.unknown("resnet50"));
    }

    private static List<String> names(Generation generation) {
        return Catalogue.architectures().stream()
                .filter(architecture -> architecture.spec().generation() == generation).map(Architecture::name)
                .toList();
    }
}
