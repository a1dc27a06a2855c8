package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.panext.ConvNeXt;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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
}
