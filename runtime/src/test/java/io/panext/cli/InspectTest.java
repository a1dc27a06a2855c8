package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.panext.ConvNeXt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectTest {

    @Test
    void thePlanStaysWithinTheArena() throws IOException {
        JsonNode plan = Invocation.of("inspect", "convnext_tiny", "--plan", "--batch", 2, "--size", 256, "-t", 3, "-f",
                "json").json();
        long arena = plan.path("arenaBytes").asLong();
        long flops = 0;
        assertTrue(plan.path("liveBytes").asLong() <= arena);
        for (JsonNode step : plan.path("steps")) {
            for (JsonNode output : step.path("outputs")) {
                assertTrue(output.path("offset").asLong() + output.path("bytes").asLong() <= arena, step::toString);
            }
            assertTrue(step.path("scratchOffset").asLong() + step.path("scratchBytes").asLong() <= arena,
                    step::toString);
            flops += step.path("flops").asLong();
        }
        assertEquals(2 * 2 * plan.path("macs").asLong(), flops);
    }

    @Test
    void theDesignIsTold() throws IOException {
        JsonNode zepto = Invocation.of("inspect", "convnext_zepto_rms_ols", "-f", "json").json();
        assertEquals("convnext_zepto_rms_ols", zepto.path("architecture").asText());
        assertEquals("two 3x3 convolutions, 32 activated channels between them", zepto.path("stem").asText());
        assertEquals("simple_norm, eps 1.0E-6", zepto.path("norm").asText());
        assertEquals("gelu", zepto.path("activation").asText());
        assertEquals("[7,7,7,7]", zepto.path("kernels").toString());
        Invocation text = Invocation.of("inspect", "convnext_tiny.fb_in22k");
        assertTrue(text.out().contains("4x4 patches"), text.out());
        assertTrue(text.out().contains("pooling, layer_norm, eps 1.0E-6, linear to 21841"), text.out());
    }

    @Test
    void theModeDecidesHowThreadsDivideABatch() throws IOException {
        assertEquals(4, imagesAtATime("auto"));
        assertEquals(4, imagesAtATime("throughput"));
        assertEquals(8, imagesAtATime("latency"));
        Invocation text = Invocation.of("inspect", "convnextv2_atto", "--batch", 8, "-t", 2);
        assertTrue(text.out().contains("on 2 threads, each with 4 images at a time"), text.out());
        assertEquals(2, Invocation.of("inspect", "convnextv2_atto", "--mode", "fast").status());
    }

    private static int imagesAtATime(String mode) throws IOException {
        return Invocation.of("inspect", "convnextv2_atto", "--batch", 8, "-t", 2, "--mode", mode, "-f", "json").json()
                .path("imagesAtATime").asInt();
    }

    @Test
    void maskedImagesTakeLess() throws IOException {
        JsonNode tiny = Invocation
                .of("inspect", "convnextv2_tiny", "--mask-ratio", 0.6, "--plan", "-t", 1, "-f", "json")
                .json();
        assertEquals(19, tiny.path("masked").path("visible").asInt());
        assertEquals(49, tiny.path("masked").path("patches").asInt());
        assertTrue(tiny.path("masked").path("share").asDouble() <= 0.42, tiny::toString);
        assertEquals("simd masked depthwise 7x7 + layer norm", tiny.path("steps").path(1).path("kernel").asText());
        Invocation text = Invocation.of("inspect", "convnextv2_tiny", "--mask-ratio", 0.75);
        assertTrue(text.out().contains("12 of 49 patches visible"), text.out());
        assertEquals(1, Invocation.of("inspect", "convnextv2_tiny", "--mask-ratio", 0.6, "--size", 100).status());
    }

    @Test
    void onlyStepsThatAreListedAreMeasured(@TempDir Path folder) throws IOException {
        // the library is unpacked before the folder is another
        Invocation.of("inspect", "test_convnext", "--backend", "auto");
        System.setProperty("panext.cache", folder.toString());
        try {
            Invocation silent = Invocation.of("inspect", "convnextv2_huge", "-b", 64, "-s", 512, "--backend", "auto");
            assertEquals(0, silent.status(), silent.err());
            assertEquals("", silent.err());
            assertEquals(0, folder.toFile().list().length);
            Invocation listed = Invocation.of("inspect", "test_convnext", "--plan", "--mask-ratio", 0.6, "--backend",
                    "auto");
            assertEquals(0, listed.status(), listed.err());
            // none is measured where there is no oneDNN to choose
            assertEquals(folder.toFile().list().length, listed.errLines().size(), listed.err());
        } finally {
            System.clearProperty("panext.cache");
        }
    }

    @Test
    void publishedArchitecturesNeedNoWeights() throws IOException {
        JsonNode tiny = Invocation.of("inspect", "convnext_tiny.fb_in1k", "-f", "json").json();
        assertEquals(28_589_128, tiny.path("parameters").asLong());
        assertEquals(224, tiny.path("images").path(1).asInt());
        assertFalse(tiny.has("keyLayout"));
        assertFalse(tiny.has("steps"));
    }

    @Test
    void whatTheUserShouldKnowOfAFileIsSaid(@TempDir Path folder) throws IOException {
        byte[] file = Files.readAllBytes(
                Path.of("../model-zoo/src/test/resources/io/panext/zoo/checkpoint/fb_fcmae_sparse.pth"));
        file[file.length / 2] ^= 1;
        Invocation done = Invocation.of("inspect", Files.write(folder.resolve("damaged.pth"), file));
        assertEquals(0, done.status(), done.err());
        assertTrue(done.err().contains("preprocessing is assumed"), done.err());
        assertTrue(done.err().contains("its checksums are wrong"), done.err());
        assertEquals("", Invocation.of("inspect", "convnext_tiny.fb_in1k").err());
    }

    @Test
    void theEmbeddedModelIsDescribedInWords() {
        Invocation text = Invocation.of("inspect", ConvNeXt.EMBEDDED, "--plan");
        assertEquals(0, text.status(), text.err());
        assertTrue(text.out().contains("key layout      timm"), text.out());
        assertTrue(text.out().contains("10, with labels"), text.out());
        assertTrue(text.out().contains("stages.3.blocks.1.mlp.fc2"), text.out());
    }

    @Test
    void optionsOfCheckpointsDoNotGoWithArchitectures() {
        for (String option : List.of("--arch=convnext_base", "--weights=model")) {
            Invocation refused = Invocation.of("inspect", "convnext_tiny", option);
            assertEquals(2, refused.status());
            assertTrue(refused.err().contains("convnext_tiny is the name of an architecture"), refused.err());
        }
    }

    @Test
    void whatCannotBeRunIsRefused() {
        for (Invocation bad : new Invocation[] {Invocation.of("inspect", "convnext_tini"),
                Invocation.of("inspect", "convnext_tiny", "--size", 16),
                Invocation.of("inspect", "convnext_tiny", "--size", 1_000_000)}) {
            assertEquals(1, bad.status());
            assertEquals(1, bad.errLines().size(), bad.err());
            assertEquals("", bad.out());
        }
    }
}
