package io.panext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.cli.Main;
import io.panext.compile.Program;
import io.panext.graph.Shape;
import io.panext.onednn.Onednn;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens where oneDNN cannot be had: told in a line, and fatal just for those who asked for it. */
class BackendsTest {

    private static final String CAT = "../model-zoo/samples/chelsea.png";

    private record Result(int status, List<String> lines) {}

    private static Result panext(String option, String... arguments) throws IOException, InterruptedException {
        return panext(Map.of(), List.of(JavaProcess.VECTOR_API, option), arguments);
    }

    private static Result panext(Map<String, String> environment, List<String> options, String... arguments)
            throws IOException, InterruptedException {
        ProcessBuilder builder = JavaProcess.of(Main.class, options, List.of(arguments)).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output.lines().filter(line -> !line.startsWith("WARNING")).toList());
    }

    @Test
    void withoutOnednnTheVectorApiAnswersAfterOneWarning() throws Exception {
        Result result = panext("-Dpanext.onednn=/nowhere/libdnnl.so", "classify", "--top", "1", CAT);
        assertEquals(0, result.status(), result.toString());
        assertEquals(2, result.lines().size(), result.toString());
        assertTrue(result.lines().getFirst().contains("there is no /nowhere/libdnnl.so"), result.toString());
        assertTrue(result.lines().getLast().startsWith("cat"), result.toString());
    }

    @Test
    void whoAsksForOnednnIsRefusedWithoutIt() throws Exception {
        for (List<String> asked : List.of(List.of("--backend", "onednn"), List.of("--precision", "bf16"))) {
            Result result = panext("-Dpanext.onednn=/nowhere/libdnnl.so", "classify", asked.get(0), asked.get(1), CAT);
            assertEquals(1, result.status(), result.toString());
            assertEquals(1, result.lines().size(), result.toString());
            assertTrue(result.lines().getFirst().startsWith("panext: there is no /nowhere/libdnnl.so"),
                    result.toString());
        }
    }

    @Test
    void aFastStartWithoutTheVectorApiGivesTheAnswerOfOnednn() throws Exception {
        Result fast = panext(Map.of(), List.of("-Dpanext.start.fast=true"), "classify", CAT);
        Result usual = panext("-Dpanext.backend=onednn", "classify", CAT);
        assertEquals(0, fast.status(), fast.toString());
        assertEquals(usual, fast);
    }

    @Test
    void aFastStartThatNeedsTheVectorApiAsksForItInSilence() throws Exception {
        assertEquals(new Result(86, List.of()), panext(Map.of(), List.of("-Dpanext.start.fast=true"), "classify",
                "--backend", "simd", CAT));
    }

    @Test
    void withoutTheVectorApiWhoeverNeedsItIsToldInOneLine() throws Exception {
        Result result = panext(Map.of(), List.of(), "classify", "--backend", "simd", CAT);
        assertEquals(1, result.status(), result.toString());
        assertEquals(1, result.lines().size(), result.toString());
        assertTrue(result.lines().getFirst().endsWith("start Java with --add-modules=jdk.incubator.vector"),
                result.toString());
    }

    @Test
    @EnabledOnOs(architectures = "amd64")
    void bf16IsRefusedWhereItsInstructionsAreMissing() throws Exception {
        Result result = panext(Map.of("DNNL_MAX_CPU_ISA", "AVX2"), List.of(JavaProcess.VECTOR_API),
                "classify", "--precision", "bf16", CAT);
        assertEquals(1, result.status(), result.toString());
        assertEquals(List.of("panext: bf16 needs instructions that this machine lacks: it has avx2; fp32 works "
                + "everywhere"), result.lines());
    }

    /** There oneDNN's convolutions are fast on some maps and hundreds of times slower on others. */
    @ParameterizedTest
    @ValueSource(strings = {"SSE41", "AVX", "AVX2"})
    @EnabledOnOs(architectures = "amd64")
    void anOlderProcessorGetsTheSameAnswer(String instructions) throws Exception {
        Result result = panext(Map.of("DNNL_MAX_CPU_ISA", instructions),
                List.of(JavaProcess.VECTOR_API, "-Dpanext.backend=onednn"), "classify", "--top", "1",
                CAT);
        assertEquals(0, result.status(), result.toString());
        assertTrue(result.lines().getLast().startsWith("cat"), result.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "simd"})
    @EnabledOnOs(architectures = "amd64")
    void aProcessorWithoutFusedMultiplyAddsEncodesMaskedImages(String backend, @TempDir Path folder) throws Exception {
        Result result = panext(Map.of(),
                List.of(JavaProcess.VECTOR_API, "-XX:UseAVX=0", "-Dpanext.backend=" + backend), "features",
                "--mask-ratio", "0.5", "-o", folder.resolve("cat.npy").toString(), CAT);
        assertEquals(0, result.status(), result.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"convnext_atto", "convnext_femto", "convnext_tiny", "convnext_tiny_hnf", "convnext_large",
            "convnext_isotropic_small", "convnextv2_atto", "convnextv2_femto", "convnextv2_tiny", "convnextv2_huge"})
    void aFewImagesGetKernelsThatAreFastAtOnce(String architecture) throws IOException {
        Options options = Options.DEFAULT.withBackend(BackendChoice.AUTO).withExpectedRuns(1);
        ConvNeXtSpec spec = Catalogue.get(architecture).spec();
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(spec))) {
            Program program = ConvNeXt.compile(spec, weights::parameter, options,
                    new Shape(1, 224, 224, ConvNeXtSpec.IMAGE_CHANNELS), _ -> {});
            program.choices().forEach(choice -> {
                assertEquals("needs no warm-up", choice.reason(), choice.kernel()::name);
                assertFalse(choice.kernel().needsWarmUp(), choice.kernel()::name);
            });
        }
    }

    @Test
    void anotherVersionMeasuresItsKernelsAnew() {
        String machine = Backends.machine(Onednn.identity().orElseThrow());
        assertTrue(machine.contains("panext " + Version.NUMBER + ","), machine);
        assertTrue(machine.contains("oneDNN org.bytedeco:dnnl:3"), machine);
    }

    @Test
    void bf16IsNotForTheVectorApi() {
        Options options = Options.DEFAULT.withBackend(BackendChoice.SIMD).withPrecision(Precision.BF16);
        var e = assertThrows(BackendUnavailableException.class, () -> ConvNeXt.load(ConvNeXt.EMBEDDED, options));
        assertEquals("bf16 needs oneDNN: the backend must not be simd", e.getMessage());
    }
}
