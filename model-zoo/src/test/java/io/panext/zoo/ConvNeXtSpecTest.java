package io.panext.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
            "convnextv2_base, 88717800", "convnextv2_large, 197956840", "convnextv2_huge, 660289640"})
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
    @CsvSource({"atto, 0.547, 0.55", "femto, 0.780, 0.79", "pico, 1.367, 1.37", "nano, 2.446, 2.46",
            "tiny, 4.456, 4.47", "small, 8.684, 8.71", "base, 15.355, 15.38", "large, 34.361, 34.40",
            "huge, 114.922, 115.0"})
    void agreesWithThePublishedMultiplyAccumulates(String size, double macs, double fvcoreMacs) {
        ConvNeXtSpec spec = Catalogue.get("convnextv2_" + size).spec();
        assertEquals(macs, spec.macs(224, 224) / 1e9, 0.5e-3);
        assertEquals(fvcoreMacs, spec.fvcoreMacs(224, 224) / 1e9, 0.5e-2);
    }

    @Test
    void agreesWithThePublishedFiguresOfTheLargestV1() {
        ConvNeXtSpec xlarge = Catalogue.get("convnext_xlarge").spec();
        assertEquals(60.921, xlarge.macs(224, 224) / 1e9, 0.5e-3);
        assertEquals(60.98, xlarge.fvcoreMacs(224, 224) / 1e9, 0.5e-2);
    }

    @Test
    void agreesWithThePublishedActivations() {
        assertEquals(13.44, TINY.activations(224, 224) / 1e6, 0.5e-2);
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
        assertEquals(architecture.spec(), ConvNeXtSpec.infer(shapes(architecture.spec())));
    }

    @Test
    void infersUnusualCombinations() {
        var noHead = ConvNeXtSpec.v1(List.of(2), List.of(8), 0);
        var scaledV2 = new ConvNeXtSpec(Generation.V2, List.of(1, 3), List.of(8, 12), 7, true, 1e-6);
        var plainV1 = new ConvNeXtSpec(Generation.V1, List.of(1, 1, 12), List.of(4, 8, 9), 2, false, 1e-6);
        for (ConvNeXtSpec spec : List.of(noHead, scaledV2, plainV1)) {
            assertEquals(spec, ConvNeXtSpec.infer(shapes(spec)));
        }
    }

    @Test
    void infersNothingFromForeignTensors() {
        var noBlocks = assertThrows(IllegalArgumentException.class,
                () -> ConvNeXtSpec.infer(Map.of("layer1.0.conv1.weight", List.of(64, 64, 1, 1))));
        assertTrue(noBlocks.getMessage().contains("stages.<i>.blocks.<j>"), noBlocks::getMessage);
        var noKernel = assertThrows(IllegalArgumentException.class,
                () -> ConvNeXtSpec.infer(Map.of("stages.0.blocks.0.attn.qkv.weight", List.of(64, 64))));
        assertEquals("tensor stages.0.blocks.0.conv_dw.weight is missing", noKernel.getMessage());
    }

    @Test
    void isNotMisledByHugeBlockNumbers() {
        Map<String, List<Integer>> shapes = shapes(ConvNeXtSpec.v1(List.of(1), List.of(8), 0));
        shapes.put("stages.0.blocks.999999999999.gamma", List.of(8));
        shapes.put("stages.0.blocks.9999.gamma", List.of(8));
        assertEquals(List.of(2), ConvNeXtSpec.infer(shapes).depths());
    }

    @Test
    void refusesImpossibleArchitectures() {
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(), List.of(), 1));
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(1), List.of(8, 8), 1));
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(0), List.of(8), 1));
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(1), List.of(0), 1));
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(1), List.of(1 << 20), 1));
        assertThrows(IllegalArgumentException.class, () -> ConvNeXtSpec.v1(List.of(1), List.of(8), -1));
        assertThrows(IllegalArgumentException.class,
                () -> new ConvNeXtSpec(Generation.V1, List.of(1), List.of(8), 1, true, Double.NaN));
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
