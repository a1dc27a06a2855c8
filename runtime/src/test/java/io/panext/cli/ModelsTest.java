package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.panext.ConvNeXt;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ModelsTest {

    @Test
    void theEmbeddedModelComesFirst() throws IOException {
        JsonNode first = Invocation.of("models", "--format", "json").json().path(0);
        assertEquals(ConvNeXt.EMBEDDED, first.path("model").asText());
        assertEquals(64, first.path("size").asInt());
        assertEquals(78.28, first.path("top1").asDouble());
        assertTrue(Invocation.of("models").outLines().get(1).startsWith(ConvNeXt.EMBEDDED));
    }

    @Test
    void allFormatsListTheSame() throws IOException {
        JsonNode json = Invocation.of("models", "-f", "json").json();
        List<Map<String, String>> csv = Invocation.of("models", "-f", "csv").csv();
        assertEquals(json.size(), csv.size());
        assertEquals(json.size() + 1, Invocation.of("models").outLines().size());
        Map<String, String> tiny = csv.stream()
                .filter(row -> row.get("model").equals("convnext_tiny.fb_in1k") && row.get("size").equals("224"))
                .findFirst().orElseThrow();
        assertEquals("82.066", tiny.get("top1"));
        assertEquals("28589128", tiny.get("parameters"));
        assertEquals("apache-2.0", tiny.get("licence"));
        assertEquals(4.47, Double.parseDouble(tiny.get("gmacs")), 0.005);
    }

    @Test
    void namesArePartsOrPatterns() throws IOException {
        assertEquals(List.of("convnext_nano.in12k", "convnext_tiny.in12k", "convnext_small.in12k"),
                names("convnext_*.in12k"));
        assertEquals(List.of("convnext_base.clip_laiona", "convnext_base.clip_laiona_320"),
                names("clip_laiona_320", "convnext_base.clip_laion?"));
        Invocation none = Invocation.of("models", "resnet");
        assertEquals(1, none.status());
        assertEquals("panext: no model is called resnet; panext models lists all", none.err().strip());
    }

    @Test
    void tagsSayHowTheyAreUsed() throws IOException {
        JsonNode row = Invocation.of("models", "convnext_base.clip_laion2b_augreg", "-f", "json").json().path(0);
        assertEquals("convnext_base.clip_laion2b_augreg", row.path("model").asText());
        assertEquals(640, row.path("classes").asInt());
        assertEquals("center", row.path("cropMode").asText());
        assertEquals(0.4578275f, row.path("mean").path(1).floatValue());
        assertEquals("timm/convnext_base.clip_laion2b_augreg", row.path("hub").asText());
        assertTrue(row.path("top1").isMissingNode());
    }

    private static List<String> names(Object... patterns) throws IOException {
        return Invocation.of(Stream.concat(Stream.of("models", "-f", "csv"), Stream.of(patterns)).toArray()).csv()
                .stream().map(row -> row.get("model")).distinct().toList();
    }
}
