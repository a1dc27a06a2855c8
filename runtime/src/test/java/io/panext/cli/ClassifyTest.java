package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.panext.ConvNeXt;
import io.panext.Prediction;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.Safetensors;
import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassifyTest {

    @TempDir
    private Path folder;

    @Test
    void anotherSizeThanTheModelsOwnIsAnotherAnswer() {
        Invocation usual = Invocation.of("classify", "--format", "csv", Invocation.CAT);
        Invocation larger = Invocation.of("classify", "--format", "csv", "--size", 128, Invocation.CAT);
        assertEquals(0, larger.status(), larger.err());
        assertNotEquals(usual.out(), larger.out());
        assertEquals(usual.out(), Invocation.of("classify", "--format", "csv", "--size", 64, Invocation.CAT).out());
        Invocation small = Invocation.of("classify", "--size", 31, Invocation.CAT);
        assertEquals(1, small.status());
        assertEquals(1, small.errLines().size(), small.err());
    }

    @Test
    void oneImageIsRanked() {
        Invocation cat = Invocation.of("classify", "--top", 3, Invocation.CAT);
        assertEquals(0, cat.status(), cat.err());
        assertEquals(3, cat.outLines().size());
        assertTrue(cat.outLines().getFirst().matches("cat +\\d+\\.\\d %"), cat.out());
        assertEquals("", cat.err());
    }

    @Test
    void severalImagesHaveALineEach() {
        Invocation samples = Invocation.of("classify", Invocation.SAMPLES);
        assertEquals(0, samples.status(), samples.err());
        assertEquals(List.of("chelsea.png", "coffee.png", "rocket.jpg"), samples.outLines().stream()
                .map(line -> Path.of(line.substring(0, line.indexOf(':'))).getFileName().toString()).toList());
    }

    @Test
    void jsonHoldsWhatTheModelSaid() throws IOException {
        Invocation cat = Invocation.of("classify", "--format", "JSON", "-k", 2, "-t", 1, Invocation.CAT);
        JsonNode predictions = cat.json().path(0).path("predictions");
        assertEquals(Invocation.CAT.toString(), cat.json().path(0).path("file").asText());
        assertEquals(2, predictions.size());
        try (ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED)) {
            Prediction best = model.classify(Invocation.CAT).best();
            assertEquals(best.index(), predictions.path(0).path("index").asInt());
            assertEquals(best.label(), predictions.path(0).path("label").asText());
            assertEquals(best.probability(), predictions.path(0).path("probability").floatValue(), 1e-5f);
            assertEquals(best.logit(), predictions.path(0).path("logit").floatValue(), 1e-4f);
        }
    }

    @Test
    void csvHasARowForEachPrediction() throws IOException {
        Path comma = Files.copy(Invocation.CAT, folder.resolve("a, \"b\".png"));
        List<Map<String, String>> rows = Invocation.of("classify", "-f", "csv", "-k", 99, comma).csv();
        assertEquals(10, rows.size());
        assertEquals(Map.of("file", comma.toString(), "rank", "1", "index", "3", "label", "cat", "probability",
                rows.getFirst().get("probability"), "logit", rows.getFirst().get("logit")), rows.getFirst());
    }

    @Test
    void badImagesDoNotStopTheOthers() throws IOException {
        Path good = Files.copy(Invocation.CAT, folder.resolve("c.PNG"));
        byte[] png = Files.readAllBytes(Invocation.CAT);
        Path empty = Files.createFile(folder.resolve("a.png"));
        Path truncated = Files.write(folder.resolve("b.png"), Arrays.copyOf(png, png.length / 2));
        Files.writeString(folder.resolve("notes.txt"), "no image");
        Path missing = folder.resolve("missing.png");

        Invocation mixed = Invocation.of("classify", missing, folder);
        assertEquals(1, mixed.status());
        assertEquals(1, mixed.outLines().size());
        assertTrue(mixed.out().startsWith(good + ": cat "), mixed.out());
        assertEquals(3, mixed.errLines().size(), mixed.err());
        assertEquals("panext: " + missing + ": no such file", mixed.errLines().get(0));
        assertEquals("panext: " + empty + ": is empty", mixed.errLines().get(1));
        assertTrue(mixed.errLines().get(2).startsWith("panext: " + truncated + ": truncated"), mixed.err());

        Invocation json = Invocation.of("classify", "-f", "json", missing);
        assertEquals(1, json.status());
        assertEquals("[ ]", json.out().strip());
    }

    @Test
    void foldersAreSearchedToTheBottomAndLoopsAreNot() throws IOException {
        Path deep = Files.createDirectories(folder.resolve("a/b"));
        Files.copy(Invocation.CAT, deep.resolve("cat.png"));
        Files.createSymbolicLink(deep.resolve("up"), folder);
        Invocation found = Invocation.of("classify", folder);
        assertEquals(0, found.status(), found.err());
        assertEquals(1, found.outLines().size(), found.out());
    }

    @Test
    void aLineBreakInANameDoesNotBreakTheMessage() {
        Invocation missing = Invocation.of("classify", folder.resolve("a\nb.png"));
        assertEquals(1, missing.errLines().size(), missing.err());
    }

    @Test
    void aFolderWithoutImagesIsAnError() {
        Invocation nothing = Invocation.of("classify", folder);
        assertEquals(1, nothing.status());
        assertEquals("panext: " + folder + ": no images in this folder", nothing.err().strip());
    }

    @Test
    void badModelsAreNamed() throws IOException {
        Path text = Files.writeString(folder.resolve("text.safetensors"), "this is no checkpoint, just some words");
        Path empty = Files.createFile(folder.resolve("empty.safetensors"));
        for (Object model : List.of(text, empty, folder, folder.resolve("missing.safetensors"), "convnext_tini")) {
            Invocation bad = Invocation.of("classify", "--model", model, Invocation.CAT);
            assertEquals(1, bad.status());
            assertEquals(1, bad.errLines().size(), bad.err());
            assertTrue(bad.err().startsWith("panext: ") && bad.err().contains(model.toString()), bad.err());
            assertFalse(bad.err().contains("Exception"), bad.err());
        }
    }

    @Test
    void assumptionsAreToldToTheUser() throws IOException {
        Path model = folder.resolve("bare.safetensors");
        ConvNeXtSpec spec = Catalogue.get("convnextv2_atto").spec().withClasses(3);
        SyntheticCheckpoint values = SyntheticCheckpoint.of(spec);
        var tensors = new LinkedHashMap<String, FloatTensor>();
        values.tensors().forEach((name, info) -> tensors.put(name, FloatTensor.of(info.shape(), values.floats(name))));
        Safetensors.write(model, tensors, Map.of());
        Invocation bare = Invocation.of("classify", "-m", model, Invocation.CAT);
        assertEquals(0, bare.status(), bare.err());
        assertEquals(3, bare.outLines().size());
        assertEquals(2, bare.errLines().size());
        assertTrue(bare.errLines().stream().allMatch(line -> line.startsWith("panext: warning: " + model)), bare.err());
    }
}
