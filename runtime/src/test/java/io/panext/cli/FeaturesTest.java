package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.panext.ConvNeXt;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FeaturesTest {

    private static final Path FCMAE = Path
            .of("../model-zoo/src/test/resources/io/panext/zoo/checkpoint/fb_fcmae_sparse.pth");

    @Test
    void whereNothingIsMaskedFeaturesAreTheClassifiers() throws IOException {
        JsonNode image = Invocation.of("features", "--mask-ratio", 0, "-f", "json", Invocation.CAT).json().path(0);
        assertEquals(Invocation.CAT.toString(), image.path("file").asText());
        assertEquals(4, image.path("visible").asInt());
        assertEquals(4, image.path("patches").asInt());
        try (ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED)) {
            float[] features = model.classify(Invocation.CAT).features();
            assertEquals(features.length, image.path("features").size());
            for (int i = 0; i < features.length; i++) {
                assertEquals(features[i], image.path("features").path(i).floatValue(), 2e-5f);
            }
        }
    }

    @Test
    void encodersOfAutoencodersHaveFeaturesToo() {
        Invocation done = Invocation.of("features", "-m", FCMAE, "--mask-ratio", 0.6, Invocation.SAMPLES);
        assertEquals(0, done.status(), done.err());
        done.outLines().forEach(line -> assertTrue(line.split(" ").length >= 129, line));
    }

    @Test
    void anImageThatCannotBeReadIsLeftOut() throws IOException {
        Invocation some = Invocation.of("features", "-f", "json", "missing.png", Invocation.CAT);
        assertEquals(1, some.status());
        assertEquals(1, some.json().size());
        assertTrue(some.err().contains("missing.png"), some.err());
    }
}
