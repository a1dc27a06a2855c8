package io.panext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.ParameterShape;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.Safetensors;
import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import io.panext.zoo.checkpoint.UnknownModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvNeXtTest {

    private static final ConvNeXtSpec SPEC = ConvNeXtSpec.v2(List.of(1, 1), List.of(8, 16), 4);
    private static final String POISONED = "stages.0.blocks.0.mlp.fc1.weight";

    @TempDir
    Path folder;

    @Test
    void aSavedModelLoadsAsItWas() throws IOException {
        Path file = save(SPEC, Float.NaN, "none");
        try (ConvNeXt model = ConvNeXt.load(file)) {
            assertEquals(SPEC, model.spec());
            assertEquals(file.toString(), model.name());
        }
    }

    @Test
    void missingLabelsAndPreprocessingAreSaidAloud() throws IOException {
        try (ConvNeXt model = ConvNeXt.load(save(SPEC, 0, "none"))) {
            assertEquals(2, model.warnings().size());
            assertTrue(model.warnings().getFirst().contains("preprocessing is assumed"));
            assertTrue(model.warnings().getLast().contains("numbers only"));
        }
    }

    @Test
    void weightsThatAreNotFiniteAreWarnedOfByName() throws IOException {
        for (float poison : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            try (ConvNeXt model = ConvNeXt.load(save(SPEC, poison, POISONED))) {
                List<String> warnings = model.warnings().stream().filter(w -> w.contains(POISONED)).toList();
                assertEquals(List.of("tensor " + POISONED + " holds " + poison + ": results will not be finite"),
                        warnings);
            }
        }
    }

    @Test
    void theEmbeddedModelNeedsNoWarning() throws IOException {
        try (ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED)) {
            assertEquals(List.of(), model.warnings());
        }
    }

    @Test
    void whatIsNoModelIsRefusedWithItsName() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.safetensors"), "these are no weights at all");
        String message = assertThrows(CheckpointException.class, () -> ConvNeXt.load(text)).getMessage();
        assertTrue(message.startsWith(text.toString()), message);
        assertThrows(UnknownModelException.class, () -> ConvNeXt.load("convnext_tinyy"));
        assertThrows(CheckpointException.class, () -> ConvNeXt.load(folder));
    }

    private Path save(ConvNeXtSpec spec, float poison, String poisoned) throws IOException {
        Path file = folder.resolve("model.safetensors");
        var tensors = new LinkedHashMap<String, FloatTensor>();
        try (SyntheticCheckpoint checkpoint = SyntheticCheckpoint.of(spec)) {
            for (ParameterShape parameter : spec.parameters()) {
                float[] values = checkpoint.floats(parameter.name());
                if (parameter.name().equals(poisoned)) {
                    values[values.length / 2] = poison;
                }
                tensors.put(parameter.name(), FloatTensor.of(parameter.shape(), values));
            }
        }
        Safetensors.write(file, tensors, Map.of());
        return file;
    }
}
