package io.panext.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ConvNeXtSpecTest {

    private static final ConvNeXtSpec TINY = Catalogue.get("convnext_tiny").spec();

    @ParameterizedTest
    @CsvSource({"convnext_atto, 3695520", "convnext_femto, 5217784", "convnext_pico, 9045672",
            "convnext_nano, 15593560", "convnext_tiny, 28589128", "convnext_small, 50223688",
            "convnext_base, 88591464", "convnext_large, 197767336", "convnext_xlarge, 350196968",
            "convnextv2_atto, 3708400", "convnextv2_femto, 5233240", "convnextv2_pico, 9066280",
            "convnextv2_nano, 15623800", "convnextv2_tiny, 28635496", "convnextv2_small, 50318440",
            "convnextv2_base, 88717800", "convnextv2_large, 197956840", "convnextv2_huge, 660289640",
            "convnext_atto_ols, 3702912", "convnext_femto_ols, 5226520", "convnext_pico_ols, 9061928",
            "convnext_nano_ols, 15649560", "convnext_zepto_rms, 2155656", "convnext_zepto_rms_ols, 2164232",
            "convnext_atto_rms, 3693040", "convnext_tiny_hnf, 28589128", "convnext_large_mlp, 200128168",
            "convnext_xxlarge, 846471016", "test_convnext, 272128", "test_convnext2, 477800",
            "test_convnext3, 468840", "convnext_isotropic_small, 22308712", "convnext_isotropic_base, 87083752",
            "convnext_isotropic_large, 305905640"})
    void countsTheParametersOfEveryPublishedModel(String name, long parameters) {
        assertEquals(parameters, Catalogue.get(name).spec().parameterCount());
    }

    @Test
    void countsTheParametersOfOtherHeads() {
        ConvNeXtSpec base = Catalogue.get("convnext_base").spec();
        assertEquals(109_953_489, base.withClasses(21841).parameterCount());
        assertEquals(base.parameterCount() - 1000 * (1024 + 1), base.withClasses(0).parameterCount());
    }

    @ParameterizedTest
    @CsvSource({"atto, 3386760", "femto, 4847472", "pico, 8552256", "nano, 14981520", "tiny, 27864960",
            "small, 49547904", "base, 87690752", "large, 196416768", "huge, 657467008"})
    void countsTheParametersOfEncodersWithoutHead(String size, long parameters) {
        ConvNeXtSpec spec = Catalogue.get("convnextv2_" + size).spec();
        assertEquals(parameters, spec.with(new Head.Pooling()).parameterCount());
    }

    @ParameterizedTest
    @CsvFileSource(resources = "timm-costs.csv", numLinesToSkip = 1)
    void agreesWithTheCostsThatTimmPublishes(String name, int size, double gmacs, double activations) {
        ConvNeXtSpec spec = Catalogue.get(name).spec();
        assertEquals(gmacs, spec.fvcoreMacs(size, size) / 1e9, gmacs < 100 ? 0.0051 : 0.051);
        assertEquals(activations, spec.activations(size, size) / 1e6, 0.0051);
    }

    @ParameterizedTest
    @CsvSource({"convnextv2_atto, 0.547", "convnextv2_tiny, 4.456", "convnextv2_huge, 114.922",
            "convnext_xlarge, 60.921", "convnext_xxlarge, 151.57", "convnext_isotropic_small, 4.286",
            "convnext_isotropic_base, 16.896", "convnext_isotropic_large, 59.699"})
    void agreesWithThePublishedMultiplyAccumulates(String name, double gmacs) {
        assertEquals(gmacs, Catalogue.get(name).spec().macs(224, 224) / 1e9, gmacs < 150 ? 0.5e-3 : 0.5e-2);
    }

    @Test
    void overlappingStemsKeepTheRowThatPatchesDrop() {
        ConvNeXtSpec overlap = Catalogue.get("convnext_atto_ols").spec();
        assertEquals(overlap.macs(256, 256), overlap.macs(255, 255));
        assertTrue(TINY.macs(256, 256) > TINY.macs(255, 255));
    }

    @Test
    void costsTheSameInBothGenerations() {
        ConvNeXtSpec v2 = Catalogue.get("convnextv2_tiny").spec();
        assertEquals(TINY.macs(256, 192), v2.macs(256, 192));
        assertEquals(TINY.activations(256, 192), v2.activations(256, 192));
    }

    @Test
    void dropsTheRowsAndColumnsThatAStrideLeavesOver() {
        ConvNeXtSpec stem = ConvNeXtSpec.v2(List.of(1), List.of(8), 0);
        assertEquals(stem.macs(8, 12), stem.macs(11, 15));
        // 9 pixels halve to 4, so the second stage of a 36-pixel image is that of a 32-pixel one.
        ConvNeXtSpec two = ConvNeXtSpec.v2(List.of(1, 1), List.of(8, 8), 0);
        long firstStage = stem.macs(36, 36) - stem.macs(32, 32);
        assertEquals(two.macs(32, 32) + firstStage, two.macs(36, 36));
    }

    @Test
    void refusesAnImageSmallerThanItsStride() {
        var refused = assertThrows(IllegalArgumentException.class, () -> TINY.macs(224, 31));
        assertEquals("image 224x31 is smaller than 32x32", refused.getMessage());
    }

    @Test
    void listsTheTensorsOfV1InTimmsOrder() {
        assertEquals(List.of("stem.0.weight [8, 3, 4, 4]", "stem.0.bias [8]", "stem.1.weight [8]", "stem.1.bias [8]",
                "stages.0.blocks.0.gamma [8]", //
                "stages.0.blocks.0.conv_dw.weight [8, 1, 7, 7]", "stages.0.blocks.0.conv_dw.bias [8]",
                "stages.0.blocks.0.norm.weight [8]", "stages.0.blocks.0.norm.bias [8]",
                "stages.0.blocks.0.mlp.fc1.weight [32, 8]", "stages.0.blocks.0.mlp.fc1.bias [32]",
                "stages.0.blocks.0.mlp.fc2.weight [8, 32]", "stages.0.blocks.0.mlp.fc2.bias [8]",
                "head.norm.weight [8]", "head.norm.bias [8]", "head.fc.weight [5, 8]", "head.fc.bias [5]"),
                lines(ConvNeXtSpec.v1(List.of(1), List.of(8), 5)));
    }

    @Test
    void listsTheDownsamplingBeforeTheBlocksAndGrnBetweenTheLinears() {
        List<String> lines = lines(ConvNeXtSpec.v2(List.of(1, 1), List.of(8, 16), 0));
        int downsample = lines.indexOf("stages.1.downsample.0.weight [8]");
        assertEquals(List.of("stages.1.downsample.0.weight [8]", "stages.1.downsample.0.bias [8]",
                "stages.1.downsample.1.weight [16, 8, 2, 2]", "stages.1.downsample.1.bias [16]",
                "stages.1.blocks.0.conv_dw.weight [16, 1, 7, 7]"), lines.subList(downsample, downsample + 5));
        int grn = lines.indexOf("stages.0.blocks.0.mlp.grn.weight [32]");
        assertEquals("stages.0.blocks.0.mlp.fc1.bias [32]", lines.get(grn - 1));
        assertEquals("stages.0.blocks.0.mlp.grn.bias [32]", lines.get(grn + 1));
        assertEquals("head.norm.bias [16]", lines.getLast());
    }

    static List<Architecture> architectures() {
        return Catalogue.architectures();
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void infersEveryPublishedModelFromItsOwnTensors(Architecture architecture) {
        assertEquals(architecture.spec(), ConvNeXtSpec.infer(shapes(architecture.spec()), Traits.NONE));
    }

    @Test
    void infersUnusualCombinations() {
        Norm norm = Norm.DEFAULT;
        var noHead = ConvNeXtSpec.v1(List.of(2), List.of(8), 0);
        var scaledV2 = new ConvNeXtSpec(Generation.V2, new Stem.Patch(2), List.of(1, 3), List.of(8, 12),
                List.of(3, 9), true, norm, Activation.GELU, new Head.Mlp(norm, 5, 7));
        var plainV1 = new ConvNeXtSpec(Generation.V1, new Stem.Overlap(6), List.of(1, 1, 12), List.of(4, 8, 9),
                List.of(7, 5, 3), false, norm, Activation.GELU, new Head.NormFirst(norm, 0));
        var encoder = new ConvNeXtSpec(Generation.V2, new Stem.ActivatedOverlap(3), List.of(1), List.of(4),
                List.of(7), false, norm, Activation.GELU, new Head.Pooling());
        for (ConvNeXtSpec spec : List.of(noHead, scaledV2, plainV1, encoder)) {
            assertEquals(spec, ConvNeXtSpec.infer(shapes(spec), Traits.NONE));
        }
    }

    @Test
    void knowsOfAPublishedModelWhatItsTensorsDoNotTell() {
        for (String name : List.of("convnext_zepto_rms", "test_convnext3", "convnext_xxlarge")) {
            ConvNeXtSpec spec = Catalogue.get(name).spec();
            ConvNeXtSpec encoder = spec.with(new Head.Pooling());
            assertEquals(spec.withClasses(10), ConvNeXtSpec.infer(shapes(spec.withClasses(10)), Traits.NONE));
            assertEquals(encoder, ConvNeXtSpec.infer(shapes(encoder), Traits.NONE));
        }
    }

    @Test
    void traitsThatAreStatedWin() {
        var stated = new Traits(Optional.of(Activation.SILU), Optional.empty(), Optional.empty(),
                Optional.of(1e-12));
        ConvNeXtSpec spec = ConvNeXtSpec.infer(shapes(TINY), stated);
        assertEquals(Activation.SILU, spec.activation());
        assertEquals(Norm.DEFAULT, spec.norm());
        assertEquals(Optional.of(Norm.DEFAULT.withEps(1e-12)), spec.headNorm());
        var eps = new Traits(Optional.empty(), Optional.empty(), Optional.of(1e-3), Optional.empty());
        ConvNeXtSpec other = ConvNeXtSpec.infer(shapes(TINY), eps);
        assertEquals(List.of(1e-3, 1e-3), List.of(other.norm().eps(), other.headNorm().orElseThrow().eps()));
    }

    @Test
    void normsWithBiasAreNoRmsNorms() {
        var rms = new Traits(Optional.empty(), Optional.of(Norm.Kind.RMS_NORM), Optional.empty(), Optional.empty());
        var refused = assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.infer(shapes(TINY), rms));
        assertEquals("its norms have a bias: they cannot be RMS_NORM", refused.getMessage());
    }

    @Test
    void infersNothingFromForeignTensors() {
        var noBlocks = assertThrows(IllegalArgumentException.class,
                () -> ConvNeXtSpec.infer(Map.of("layer1.0.conv1.weight", List.of(64, 64, 1, 1)), Traits.NONE));
        assertTrue(noBlocks.getMessage().contains("stages.<i>.blocks.<j>"), noBlocks::getMessage);
        var noKernel = assertThrows(IllegalArgumentException.class,
                () -> ConvNeXtSpec.infer(Map.of("stages.0.blocks.0.attn.qkv.weight", List.of(64, 64)), Traits.NONE));
        assertEquals("tensor stages.0.blocks.0.conv_dw.weight is missing", noKernel.getMessage());
    }

    @Test
    void isNotMisledByHugeBlockNumbers() {
        Map<String, List<Integer>> shapes = shapes(ConvNeXtSpec.v1(List.of(1), List.of(8), 0));
        shapes.put("stages.0.blocks.999999999999.gamma", List.of(8));
        shapes.put("stages.0.blocks.9999.gamma", List.of(8));
        assertEquals(List.of(2), ConvNeXtSpec.infer(shapes, Traits.NONE).depths());
    }

    @Test
    void refusesImpossibleArchitectures() {
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(), List.of(), 1));
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(1), List.of(8, 8), 1));
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(0), List.of(8), 1));
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(1), List.of(0), 1));
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(1), List.of(1 << 20), 1));
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(1), List.of(8), -1));
        assertThrows(IllegalArgumentException.class, () -> new Norm(Norm.Kind.LAYER_NORM, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new Stem.Patch(0));
        assertThrows(IllegalArgumentException.class, () -> new Stem.Overlap(1 << 20));
        assertThrows(IllegalArgumentException.class, () -> new Head.Pooling().withClasses(10));
        for (List<Integer> kernels : List.of(List.<Integer>of(), List.of(6), List.of(7, 7))) {
            assertThrows(IllegalArgumentException.class, () -> new ConvNeXtSpec(Generation.V1, Stem.DEFAULT,
                    List.of(1), List.of(8), kernels, true, Norm.DEFAULT, Activation.GELU, new Head.Pooling()));
        }
    }

    @Test
    void noBodyIsSoWideThatATensorOutgrowsAnArray() {
        int widest = ConvNeXtSpec.MAX_CHANNELS;
        for (Stem stem : List.of(new Stem.Patch(64), new Stem.Overlap(Stem.MAX_CHANNELS),
                new Stem.ActivatedOverlap(Stem.MAX_CHANNELS))) {
            var spec = new ConvNeXtSpec(Generation.V2, stem, List.of(1, 1), List.of(widest, widest), List.of(63, 63),
                    true, Norm.DEFAULT, Activation.GELU, new Head.Mlp(Norm.DEFAULT, widest, 0));
            assertTrue(spec.parameterCount() > widest, stem::toString);
        }
        assertThrows(IllegalArgumentException.class, () -> new Stem.Overlap(Stem.MAX_CHANNELS + 1));
        assertThrows(IllegalArgumentException.class, () -> new Stem.ActivatedOverlap(widest));
    }

    private static List<String> lines(ConvNeXtSpec spec) {
        return spec.parameters().stream().map(parameter -> parameter.name() + " " + parameter.shape()).toList();
    }

    private static Map<String, List<Integer>> shapes(ConvNeXtSpec spec) {
        var shapes = new LinkedHashMap<String, List<Integer>>();
        spec.parameters().forEach(parameter -> shapes.put(parameter.name(), parameter.shape()));
        return shapes;
    }
}
