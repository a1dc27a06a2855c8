package io.panext.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.PretrainedTag.Accuracy;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PretrainedTagsTest {

    @Test
    void listsTimmsTagsAndTorchvisionsFour() {
        List<PretrainedTag> all = PretrainedTags.all();
        assertEquals(107, all.size());
        assertEquals(4, all.stream().filter(tag -> tag.tag().equals("tv_in1k")).count());
        assertEquals(101, all.stream().flatMap(tag -> tag.hub().stream()).distinct().count());
        assertEquals(Set.of("convnext_atto_rms.untrained", "convnextv2_small.untrained"), all.stream()
                .filter(tag -> tag.hub().isEmpty() && tag.source().isEmpty()).map(PretrainedTag::name)
                .collect(Collectors.toSet()));
    }

    @Test
    void everyTagHasAnArchitecture() {
        assertEquals(Set.of(), PretrainedTags.all().stream().map(PretrainedTag::architecture)
                .filter(name -> Catalogue.find(name).isEmpty()).collect(Collectors.toSet()));
    }

    @Test
    void saysHowPhotographsArePrepared() {
        PretrainedTag tag = PretrainedTags.find("convnext_base.clip_laion2b_augreg_ft_in12k_in1k_384").orElseThrow();
        assertEquals(new Preprocessing(384, 384, 1, Interpolation.BICUBIC, CropMode.SQUASH,
                List.of(0.48145467f, 0.4578275f, 0.40821072f), List.of(0.26862955f, 0.2613026f, 0.2757771f)),
                tag.preprocessing());
        assertEquals(Optional.empty(), tag.larger());
        PretrainedTag zepto = PretrainedTags.find("convnext_zepto_rms.ra4_e3600_r224_in1k").orElseThrow();
        assertEquals(List.of(0.5f, 0.5f, 0.5f), zepto.preprocessing().mean());
    }

    @Test
    void statesPublishedAccuraciesBySize() {
        PretrainedTag tag = PretrainedTags.find("convnextv2_tiny.fcmae_ft_in1k").orElseThrow();
        assertEquals(List.of(new Accuracy(224, 0.875, 82.948, 96.286), new Accuracy(288, 1.0, 83.478, 96.718)),
                tag.accuracies());
        assertEquals(Preprocessing.IMAGENET_224, tag.preprocessing());
        assertEquals(288, tag.larger().orElseThrow().height());
        assertTrue(PretrainedTag.isRestricted(tag.licence()));
        assertEquals(98, PretrainedTags.all().stream().mapToInt(known -> known.accuracies().size()).sum());
    }

    @Test
    void holdsPlausibleFiguresOnly() {
        for (PretrainedTag tag : PretrainedTags.all()) {
            assertTrue(tag.preprocessing().height() % 32 == 0, tag::name);
            assertEquals(1000, tag.accuracies().isEmpty() ? 1000 : tag.classes(), tag.name());
            for (Accuracy accuracy : tag.accuracies()) {
                assertTrue(accuracy.top1() > 47 && accuracy.top1() < accuracy.top5() && accuracy.top5() < 99,
                        accuracy::toString);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"convnextv2_tiny.fcmae_ft_in22k_in1k.safetensors, convnextv2_tiny.fcmae_ft_in22k_in1k",
            "convnext_atto.d2_in1k.pth.tar, convnext_atto.d2_in1k",
            "models/convnext_tiny.in12k/model.safetensors, convnext_tiny.in12k",
            "convnextv2_huge_22k_512_ema.pt, convnextv2_huge.fcmae_ft_in22k_in1k_512",
            "convnext_large-ea097f82.pth, convnext_large.tv_in1k"})
    void recognisesACheckpointByName(Path file, String name) {
        assertEquals(Optional.of(name), PretrainedTags.recognise(file).map(PretrainedTag::name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.safetensors", "convnext_tiny.safetensors", "my_convnext_tiny.fb_in1k.pth", "/"})
    void takesNoOtherNameForATag(Path file) {
        assertEquals(Optional.empty(), PretrainedTags.recognise(file));
    }

    @ParameterizedTest
    @CsvSource({"983f1562536e84ff750a1576fb08e54de751dbf2e17c0d8a4a13704341fdcd3d, convnext_tiny.tv_in1k",
            "0c510722adfd92966a2bd72b92f7000000000000000000000000000000000000, convnext_small.tv_in1k",
            "983f1561536e84ff750a1576fb08e54de751dbf2e17c0d8a4a13704341fdcd3d,", "983f156,"})
    void recognisesTorchvisionsCheckpointsByHash(String sha256, String name) {
        assertEquals(Optional.ofNullable(name), PretrainedTags.recognise(sha256).map(PretrainedTag::name));
    }

    @Test
    void classifiersOfImageNetNameItsClasses() {
        Labels labels = PretrainedTags.find("convnext_tiny.fb_in22k_ft_in1k_384").orElseThrow().labels().orElseThrow();
        assertEquals(1000, Set.copyOf(labels.ids()).size());
        assertEquals(labels.ids().stream().sorted().toList(), labels.ids());
        assertEquals("tench", labels.get(0));
        assertEquals("n02123045", labels.ids().get(281));
        assertEquals("tabby", labels.get(281));
        assertEquals("toilet tissue", labels.get(999));
        for (String alike : List.of("convnext_tiny.tv_in1k", "convnext_tiny.in12k_ft_in1k",
                "convnextv2_atto.fcmae_ft_in1k")) {
            assertEquals(Optional.of(labels), PretrainedTags.find(alike).orElseThrow().labels(), alike);
        }
        for (String other : List.of("convnext_tiny.in12k", "convnext_tiny.fb_in22k", "convnextv2_tiny.fcmae",
                "convnext_atto_rms.untrained")) {
            assertEquals(Optional.empty(), PretrainedTags.find(other).orElseThrow().labels(), other);
        }
    }

    @Test
    void weightsAreFoundByTheirRepository() {
        assertEquals(PretrainedTags.find("convnext_tiny.fb_in1k"),
                PretrainedTags.findOnHub("timm/convnext_tiny.fb_in1k"));
        assertEquals(Optional.empty(), PretrainedTags.findOnHub("nobody/convnext_tiny.fb_in1k"));
    }
}
