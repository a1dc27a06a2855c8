package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.panext.image.ImageDecoder;
import io.panext.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnalyzeTest {

    private static final Path FIXTURES = Path.of("../model-zoo/src/test/resources/io/panext/zoo/checkpoint");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"fb_v1_ema.pth", "fb_v2_ema.pt", "fb_fcmae_sparse.pth"})
    void everyBlockOfEitherGenerationIsInTheTable(String model) throws IOException {
        JsonNode layers = Invocation.of("analyze", "-m", FIXTURES.resolve(model), "-f", "json", Invocation.CAT).json();
        assertEquals(5, layers.size());
        assertEquals("stages.2.blocks.1", layers.path(3).path("layer").asText());
        assertEquals(4 * 64, layers.path(3).path("channels").asInt());
        for (JsonNode layer : layers) {
            double distance = layer.path("cosineDistance").asDouble();
            assertTrue(distance > 0 && distance < 0.5, layer::toString);
        }
    }

    @Test
    void csvHasTheColumnsOfTheOthersInTheirOrder() throws IOException {
        Invocation csv = Invocation.of("analyze", "-f", "csv", Invocation.CAT);
        JsonNode first = Invocation.of("analyze", "-f", "json", Invocation.CAT).json().path(0);
        assertEquals(String.join(",", first.propertyStream().map(Map.Entry::getKey).toList()),
                csv.outLines().getFirst());
        assertEquals("layer,channels,cosineDistance,dead,saturated", csv.outLines().getFirst());
        assertEquals("stages.0.blocks.0", csv.csv().getFirst().get("layer"));
    }

    @Test
    void theTableIsPlotted() throws IOException {
        Path plot = folder.resolve("plot.png");
        Invocation done = Invocation.of("analyze", "-o", plot, Invocation.CAT);
        assertEquals(0, done.status(), done.err());
        assertEquals(1 + 12, done.outLines().size());
        assertTrue(done.out().startsWith("layer"), done.out());
        RgbImage chart = ImageDecoder.DEFAULT.decode(plot);
        assertEquals(960, chart.width());
        assertEquals(540, chart.height());
    }

    @Test
    void whatIsNoImageIsReportedBetweenTheOthers() throws IOException {
        Path bad = Files.writeString(folder.resolve("bad.png"), "no image");
        Invocation done = Invocation.of("analyze", Invocation.CAT, bad, Invocation.CAT);
        assertEquals(1, done.status());
        assertEquals(1, done.errLines().size(), done.err());
        assertTrue(done.err().startsWith("panext: " + bad + ": is not an image"), done.err());
        assertEquals(Invocation.of("analyze", Invocation.CAT, Invocation.CAT).out(), done.out());
    }

    @Test
    void whatWasAssumedIsSaid() {
        Invocation done = Invocation.of("analyze", "-m", FIXTURES.resolve("fb_v1_ema.pth"), Invocation.CAT);
        assertEquals(0, done.status(), done.err());
        assertTrue(done.err().contains("warning: ") && done.err().contains("preprocessing is assumed"), done.err());
    }

    @Test
    void whereNoImageCanBeReadNothingIsPlotted() {
        Path plot = folder.resolve("plot.png");
        Invocation failed = Invocation.of("analyze", "-o", plot, "missing.png");
        assertEquals(1, failed.status());
        assertEquals(1, failed.errLines().size());
        assertTrue(Files.notExists(plot));
    }
}
