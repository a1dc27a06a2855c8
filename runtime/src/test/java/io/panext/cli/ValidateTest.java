package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.panext.ConvNeXt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateTest {

    private static final Path IMAGES = Path.of("src/test/resources/demo/images");

    @TempDir
    private Path folder;

    @Test
    void theDemoSetGivesTheAccuracyThatPyTorchMeasured() throws IOException {
        arrange(500);
        Path results = folder.resolve("results.csv");
        Path classes = folder.resolve("classes.csv");
        Invocation validation = validate("--format", "json", "--results-file", results, "--per-class", classes);
        assertEquals(0, validation.status(), validation.err());
        JsonNode json = validation.json();
        assertEquals(78.6, json.path("result").path("top1").asDouble());
        assertEquals(98.8, json.path("result").path("top5").asDouble());
        assertEquals(0.643584, json.path("loss").asDouble(), 1e-5);
        assertEquals(500, json.path("images").asInt());
        assertEquals("name", json.path("classesBy").asText());
        assertTrue(json.path("imagesPerSecond").asDouble() > 0);
        assertEquals(List.of("model,top1,top1_err,top5,top5_err,param_count,img_size,crop_pct,interpolation",
                ConvNeXt.EMBEDDED + ",78.6,21.4,98.8,1.2,3.39,64,1.0,bicubic"), Files.readAllLines(results));
        List<String> rows = Files.readAllLines(classes);
        assertEquals("label,name,folder,images,unreadable,top1,top5,loss", rows.getFirst());
        assertEquals(11, rows.size());
        assertTrue(rows.get(4).startsWith("3,cat,cat,45,0,75.5556,97.7778,"), rows.get(4));
    }

    @Test
    void theTableRoundsWhatItSays() throws IOException {
        arrange(30);
        Invocation table = validate();
        assertEquals(0, table.status(), table.err());
        JsonNode json = validate("-f", "json").json();
        assertTrue(table.out().lines().anyMatch(line -> line.matches("top-1 +" + String.format(Locale.ROOT, "%.3f",
                json.path("result").path("top1").asDouble()) + " %")), table.out());
        assertTrue(table.out().lines().anyMatch(line -> line.matches("top-5 +\\d+\\.\\d{3} %")), table.out());
        assertTrue(table.out().lines().anyMatch(line -> line.matches("loss +" + String.format(Locale.ROOT, "%.4f",
                json.path("loss").asDouble()))), table.out());
    }

    @Test
    void whatWasInterruptedGoesOn() throws IOException {
        arrange(50);
        Path outcomes = folder.resolve("outcomes.csv");
        JsonNode whole = validate("-f", "json", "--outcomes", outcomes).json();
        List<String> lines = Files.readAllLines(outcomes);
        assertEquals(51, lines.size());
        Files.writeString(outcomes, String.join("\n", lines.subList(0, 20)) + "\n" + lines.get(20).substring(0, 9));
        // what has an outcome is not looked at again
        Matcher done = Pattern.compile("[a-z]+/\\w+\\.png").matcher(lines.get(1));
        assertTrue(done.find(), lines.get(1));
        Files.writeString(folder.resolve("data").resolve(done.group()), "damaged");
        Invocation rest = validate("-f", "json", "--outcomes", outcomes);
        assertEquals(0, rest.status(), rest.err());
        assertEquals(whole.path("result"), rest.json().path("result"));
        assertEquals(whole.path("loss").asDouble(), rest.json().path("loss").asDouble(), 1e-12);
        assertEquals(51, Files.readAllLines(outcomes).size());
        Invocation again = validate("-f", "json", "--outcomes", outcomes);
        assertEquals(50, again.json().path("images").asInt());
        assertTrue(again.json().path("imagesPerSecond").isMissingNode(), again.out());
        assertFalse(validate("--outcomes", outcomes).out().contains("images/s"));
        Path header = Files.writeString(folder.resolve("header.csv"), lines.getFirst().substring(0, 9));
        validate("--outcomes", header, "--size", 32);
        assertEquals(lines.getFirst(), Files.readAllLines(header).getFirst());
        assertEquals(51, Files.readAllLines(header).size());
        Invocation other = validate("--outcomes", outcomes, "--size", 96);
        assertEquals(1, other.status());
        assertTrue(other.err().contains("has outcomes of another validation"), other.err());
        Path notes = Files.writeString(folder.resolve("notes.txt"), "no table\nand no end");
        Invocation stranger = validate("--outcomes", notes);
        assertEquals(1, stranger.status());
        assertTrue(stranger.err().startsWith("panext: " + notes + ": is no file of outcomes"), stranger.err());
        assertEquals("no table\nand no end", Files.readString(notes));
    }

    @Test
    void outcomesOfOtherClassesOrOtherWeightsAreNotTakenForTodays() throws IOException {
        arrange(20);
        Path outcomes = folder.resolve("outcomes.csv");
        Path map = Files.writeString(folder.resolve("map.txt"), String.join("\n", classFolders()));
        JsonNode before = validate("-f", "json", "--outcomes", outcomes, "--class-map", map).json();
        Files.writeString(map, String.join("\n", classFolders().reversed()));
        JsonNode mapped = validate("-f", "json", "--outcomes", outcomes, "--class-map", map).json();
        assertEquals(validate("-f", "json", "--class-map", map).json().path("result"), mapped.path("result"));
        assertNotEquals(before.path("result"), mapped.path("result"));
        Path model = folder.resolve("model.safetensors");
        Path half = folder.resolve("half.safetensors");
        Invocation.of("convert", ConvNeXt.EMBEDDED, model);
        Invocation.of("convert", ConvNeXt.EMBEDDED, half, "--dtype", "bf16");
        Path others = folder.resolve("others.csv");
        assertEquals(0, validate("-m", model, "-s", 32, "--outcomes", others).status());
        Files.move(half, model, StandardCopyOption.REPLACE_EXISTING);
        Invocation replaced = validate("-m", model, "-s", 32, "--outcomes", others);
        assertEquals(1, replaced.status());
        assertTrue(replaced.err().contains("has outcomes of another validation"), replaced.err());
    }

    @Test
    void unreadableImagesAreListedAndCounted() throws IOException {
        arrange(20);
        Path bad = Files.writeString(folder.resolve("data/cat/bad.png"), "no image");
        Invocation validation = validate("-f", "json");
        assertEquals(1, validation.status());
        assertEquals(20, validation.json().path("images").asInt());
        assertEquals(1, validation.json().path("unreadable").asInt());
        assertTrue(validation.err().startsWith("panext: " + bad + ": is not an image"), validation.err());
    }

    @Test
    void foldersWithoutKnownNamesAreTakenInSortedOrder() throws IOException {
        arrange(20);
        List<String> names = classFolders();
        for (int i = 0; i < names.size(); i++) {
            Files.move(folder.resolve("data").resolve(names.get(i)), folder.resolve("data/n0" + i));
        }
        Invocation sorted = validate();
        assertTrue(sorted.outLines().contains("classes by     sorted order"), sorted.out());
        Path map = Files.writeString(folder.resolve("map.txt"), IntStream.range(0, 10).mapToObj(i -> "n0" + (9 - i)
                + "\n").reduce("", String::concat));
        Invocation mapped = validate("--class-map", map);
        assertTrue(mapped.outLines().contains("classes by     class map"), mapped.out());
        Files.createDirectory(folder.resolve("data/n10"));
        Invocation surplus = validate();
        assertEquals(1, surplus.status());
        assertEquals("panext: " + folder.resolve("data") + ": 11 class folders for 10 classes, and n00, n01, n02 match "
                + "no label; a class map would say which they are", surplus.err().strip());
    }

    @Test
    void realLabelsReplaceTheFolders() throws IOException {
        Path cats = Files.createDirectories(folder.resolve("data/cat"));
        Files.copy(IMAGES.resolve("cat_0014.png"), cats.resolve("ILSVRC2012_val_00000002.png"));
        Files.copy(IMAGES.resolve("cat_0014.png"), cats.resolve("ILSVRC2012_val_00000003.png"));
        Path real = Files.writeString(folder.resolve("real.json"), "[[0], [3, 5], []]");
        JsonNode json = validate("-f", "json", "--real-labels", real).json();
        assertEquals(100, json.path("result").path("top5").asDouble());
        assertEquals(2, json.path("images").asInt());
        for (String malformed : List.of("{\"1\": [0]}", "[[0], null, []]", "[[0], [3", "null")) {
            Files.writeString(real, malformed);
            Invocation refused = validate("--real-labels", real);
            assertEquals(1, refused.status());
            assertTrue(refused.err().startsWith("panext: " + real + ": is no list of lists of numbers: "),
                    refused.err());
        }
        Files.writeString(real, "[[0], [], []]");
        Files.copy(IMAGES.resolve("cat_0014.png"), cats.resolve("cat.png"));
        Invocation unnumbered = validate("--real-labels", real);
        assertTrue(unnumbered.err().contains("cat.png: has no number from 1 to 3"), unnumbered.err());
        Files.delete(cats.resolve("cat.png"));
        assertEquals("NaN", validate("-f", "json", "--real-labels", real).json().path("result").path("top1").asText());
    }

    @Test
    void aFolderMustBeThereAndHaveClasses() throws IOException {
        Invocation noFolder = validate();
        assertEquals("panext: " + folder.resolve("data") + ": is no folder that can be read", noFolder.err().strip());
        Files.createDirectory(folder.resolve("data"));
        assertEquals("panext: " + folder.resolve("data") + ": no folders in it, one for each class", validate().err()
                .strip());
        Path map = Files.writeString(folder.resolve("map.txt"), "cat\ndog\n");
        assertEquals("panext: " + folder.resolve("data") + ": no folders in it, one for each class",
                validate("--class-map", map).err().strip());
        Path missing = folder.resolve("missing.txt");
        assertEquals("panext: " + missing + ": cannot be read: no such file",
                validate("--class-map", missing).err().strip());
        Path binary = Files.write(folder.resolve("map.bin"), new byte[] {(byte) 0xff});
        assertEquals("panext: " + binary + ": is not UTF-8", validate("--class-map", binary).err().strip());
        Files.createDirectory(folder.resolve("data/cat"));
        Invocation empty = validate("--class-map", map);
        assertEquals(1, empty.status());
        assertEquals("panext: " + folder.resolve("data") + ": no images in its folders", empty.errLines().getLast());
    }

    @Test
    void aModelWithoutClassesIsNotValidated() throws IOException {
        arrange(10);
        Path encoder = Path.of("../model-zoo/src/test/resources/io/panext/zoo/checkpoint/fb_fcmae_sparse.pth");
        Invocation validation = validate("-m", encoder);
        assertEquals(1, validation.status());
        assertEquals("panext: " + encoder + " has no classifier, so there is nothing to validate",
                validation.errLines().getLast());
    }

    @Test
    void filesThatCannotBeWrittenAreNoticedBeforeTheWork() throws IOException {
        Path nowhere = folder.resolve("missing/file");
        for (Invocation refused : List.of(validate("--per-class", nowhere), validate("--results-file", nowhere),
                validate("--results-file", folder),
                Invocation.of("analyze", "-m", "missing.safetensors", "-o", nowhere, Invocation.CAT),
                Invocation.of("reconstruct", "-m", "missing.safetensors", "-o", nowhere, Invocation.CAT))) {
            assertEquals(1, refused.status());
            assertTrue(refused.err().contains(": cannot be written: "), refused.err());
        }
    }

    private Invocation validate(Object... options) {
        return Invocation.of(Stream.concat(Stream.of("validate", "--data", folder.resolve("data")), Stream.of(options))
                .toArray());
    }

    private List<String> classFolders() throws IOException {
        try (Stream<Path> folders = Files.list(folder.resolve("data"))) {
            return folders.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** Puts so many of the demo's images, evenly chosen, into a folder for each class. */
    private void arrange(int count) throws IOException {
        try (Stream<Path> files = Files.list(IMAGES)) {
            List<Path> all = files.sorted().toList();
            for (int i = 0; i < all.size(); i += all.size() / count) {
                String name = all.get(i).getFileName().toString();
                Path of = folder.resolve("data").resolve(name.substring(0, name.indexOf('_')));
                Files.copy(all.get(i), Files.createDirectories(of).resolve(name));
            }
        }
    }
}
