package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.ConvNeXt;
import io.panext.FeatureMap;
import io.panext.Options;
import io.panext.Session;
import io.panext.graph.Outputs;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeaturesTest {

    private static final Path FCMAE = Path
            .of("../model-zoo/src/test/resources/io/panext/zoo/checkpoint/fb_fcmae_sparse.pth");

    @TempDir
    private Path folder;

    @AfterEach
    void noPartOfAFileIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.filter(file -> file.toString().endsWith(".partial")).toList());
        }
    }

    @Test
    void pooledFeaturesAreThoseOfClassification() throws IOException {
        Path out = folder.resolve("out.safetensors");
        Invocation run = Invocation.of("features", "-o", out, Invocation.CAT, Invocation.SAMPLES);
        assertEquals(0, run.status(), run.err());
        try (Checkpoint written = Checkpoint.open(out); ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED)) {
            List<Integer> shape = written.info("pre_logits").shape();
            assertEquals(List.of("pre_logits"), List.copyOf(written.tensors().keySet()));
            assertTrue(shape.getFirst() > 1 && shape.getLast() == 320, shape::toString);
            assertArrayEquals(model.classify(Invocation.CAT).features(),
                    Arrays.copyOf(written.floats("pre_logits"), 320));
            assertTrue(written.metadata().get("images").startsWith("[\"" + Invocation.CAT + "\",\""));
            assertEquals(ConvNeXt.EMBEDDED, written.metadata().get("model"));
        }
    }

    @Test
    void photographsArePreparedAsTheCommandLineSays() throws IOException {
        Path out = folder.resolve("out.safetensors");
        assertEquals(0, Invocation.of("features", "--output", "map", "--size", 96, "--crop-pct", 0.9,
                "--interpolation", "bilinear", "--crop-mode", "squash", "-o", out, Invocation.CAT).status());
        Preprocessing settings = new Preprocessing(96, 96, 0.9, Interpolation.BILINEAR, CropMode.SQUASH,
                Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
        try (Checkpoint written = Checkpoint.open(out);
                PretrainedModel pretrained = PretrainedModel.embedded().withPreprocessing(settings);
                ConvNeXt model = ConvNeXt.load(pretrained, Options.DEFAULT.withOutputs(Outputs.map()));
                Session session = model.newSession()) {
            assertEquals(List.of(1, 320, 3, 3), written.info("stage3").shape());
            assertArrayEquals(session.run(List.of(model.decoder().decode(Invocation.CAT))).maps().getFirst().planar(),
                    written.floats("stage3"));
        }
    }

    @Test
    void stagesAreWrittenInPyTorchsOrder() throws IOException {
        Path out = folder.resolve("out.safetensors");
        assertEquals(0, Invocation.of("features", "--output", "stages", "--stages", "1,3", "--output-stride", 16, "-o",
                out, Invocation.CAT).status());
        Options options = Options.DEFAULT.withOutputs(Outputs.stages(1, 3).withStride(16));
        try (Checkpoint written = Checkpoint.open(out);
                ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED, options);
                Session session = model.newSession()) {
            List<FeatureMap> maps = session.run(List.of(model.decoder().decode(Invocation.CAT))).maps();
            assertEquals(List.of("stage1", "stage3"), List.copyOf(written.tensors().keySet()));
            assertEquals(List.of(1, 80, 8, 8), written.info("stage1").shape());
            assertEquals(List.of(1, 320, 4, 4), written.info("stage3").shape());
            assertArrayEquals(maps.getFirst().planar(), written.floats("stage1"));
            assertArrayEquals(maps.getLast().planar(), written.floats("stage3"));
        }
    }

    @Test
    void numpyFilesHoldOneArrayEach() throws IOException {
        Path out = folder.resolve("maps.npy");
        assertEquals(0, Invocation.of("features", "--output", "stages", "-o", out, Invocation.CAT).status());
        assertFalse(Files.exists(out));
        for (int stage = 0; stage < 4; stage++) {
            byte[] file = Files.readAllBytes(folder.resolve("maps.stage" + stage + ".npy"));
            assertNumpy("(1, " + (40 << stage) + ", " + (16 >> stage) + ", " + (16 >> stage) + ",)", file);
        }
        assertEquals(0, Invocation.of("features", "--output", "map", "--norm", "-o", out, Invocation.CAT).status());
        assertNumpy("(1, 320, 2, 2,)", Files.readAllBytes(out));
    }

    @Test
    void theImagesOfANumpyFileAreBesideIt() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
        Path out = folder.resolve("out.npy");
        assertEquals(1, Invocation.of("features", "-o", out, broken, Invocation.CAT).status());
        assertNumpy("(1, 320,)", Files.readAllBytes(out));
        assertEquals("[\"" + Invocation.CAT + "\"]\n", Files.readString(folder.resolve("out.images.json")));
        Path unnamed = folder.resolve("pooled");
        assertEquals(0, Invocation.of("features", "-f", "npy", "-o", unnamed, Invocation.CAT).status());
        assertTrue(Files.exists(folder.resolve("pooled.images.json")));
        assertEquals(1, Invocation.of("features", "-o", folder.resolve("none.npy"), broken).status());
        assertFalse(Files.exists(folder.resolve("none.images.json")));
    }

    private static void assertNumpy(String shape, byte[] file) {
        int header = 10 + (file[8] & 0xFF) + 256 * file[9];
        assertEquals(0, header % 64);
        assertEquals("\u0093NUMPY\1\0", new String(file, 0, 8, StandardCharsets.ISO_8859_1));
        assertEquals("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }",
                new String(file, 10, header - 10, StandardCharsets.US_ASCII).strip());
        assertEquals('\n', file[header - 1]);
        long values = Stream.of(shape.replaceAll("[(),]", "").split(" ")).mapToLong(Long::parseLong)
                .reduce(1, Math::multiplyExact);
        assertEquals(header + 4 * values, file.length);
        float first = MemorySegment.ofArray(file).get(ValueLayout.JAVA_FLOAT_UNALIGNED, header);
        assertTrue(Float.isFinite(first) && first != 0);
    }

    @Test
    void whereNothingIsMaskedFeaturesAreTheClassifiers() throws IOException {
        Path out = folder.resolve("out.safetensors");
        Invocation run = Invocation.of("features", "--mask-ratio", 0, "-o", out, Invocation.CAT);
        assertEquals(0, run.status(), run.err());
        try (Checkpoint written = Checkpoint.open(out); ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED)) {
            assertEquals(List.of("pre_logits"), List.copyOf(written.tensors().keySet()));
            assertEquals(List.of(1, 320), written.info("pre_logits").shape());
            // summed in another order
            assertArrayEquals(model.classify(Invocation.CAT).features(), written.floats("pre_logits"), 2e-5f);
            assertEquals("[\"" + Invocation.CAT + "\"]", written.metadata().get("images"));
            assertEquals(ConvNeXt.EMBEDDED, written.metadata().get("model"));
        }
    }

    @Test
    void encodersOfAutoencodersHaveFeaturesToo() throws IOException {
        Path out = folder.resolve("out.safetensors");
        float[] first = masked(out, 1);
        assertArrayEquals(first, masked(out, 1));
        assertFalse(Arrays.equals(first, masked(out, 2)));
        Path numpy = folder.resolve("out.npy");
        assertEquals(0, Invocation.of("features", "-m", FCMAE, "--mask-ratio", 0.6, "-o", numpy, Invocation.CAT)
                .status());
        assertNumpy("(1, 128,)", Files.readAllBytes(numpy));
    }

    private static float[] masked(Path out, long seed) throws IOException {
        Invocation run = Invocation.of("features", "-m", FCMAE, "--mask-ratio", 0.6, "--seed", seed, "-o", out,
                Invocation.SAMPLES);
        assertEquals(0, run.status(), run.err());
        try (Checkpoint written = Checkpoint.open(out)) {
            List<Integer> shape = written.info("pre_logits").shape();
            assertTrue(shape.getFirst() > 1 && shape.getLast() == 128, shape::toString);
            return written.floats("pre_logits");
        }
    }

    @Test
    void maskedImagesThatCannotBeReadAreLeftOut() throws IOException {
        Path out = folder.resolve("out.safetensors");
        Invocation some = Invocation.of("features", "--mask-ratio", 0.6, "-o", out, "missing.png", Invocation.CAT);
        assertEquals(1, some.status());
        assertTrue(some.err().contains("missing.png"), some.err());
        try (Checkpoint written = Checkpoint.open(out)) {
            assertEquals(List.of(1, 320), written.info("pre_logits").shape());
        }
    }

    @Test
    void imagesThatCannotBeReadAreLeftOut() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
        Path out = folder.resolve("out.safetensors");
        Invocation run = Invocation.of("features", "-o", out, broken, Invocation.CAT);
        assertEquals(1, run.status());
        assertTrue(run.err().contains("broken.png"), run.err());
        try (Checkpoint written = Checkpoint.open(out)) {
            assertEquals(List.of(1, 320), written.info("pre_logits").shape());
            assertEquals("[\"" + Invocation.CAT + "\"]", written.metadata().get("images"));
        }
        Files.delete(out);
        assertEquals(1, Invocation.of("features", "-o", out, broken).status());
        assertFalse(Files.exists(out));
    }

    @Test
    void wishesThatMakeNoSenseAreRefused() {
        Path out = folder.resolve("out.npy");
        assertRefused(2, "--stages goes with --output stages", "--stages", "1", "-o", out);
        assertRefused(2, "--norm goes with maps", "--norm", "-o", out);
        String pooledOnly = "--mask-ratio goes with pooled features";
        assertRefused(2, pooledOnly, "--mask-ratio", 0.6, "--output", "map", "-o", out);
        assertRefused(2, pooledOnly, "--mask-ratio", 0.6, "--output-stride", 16, "-o", out);
        assertRefused(2, "--seed goes with --mask-ratio", "--seed", 1, "-o", out);
        assertRefused(2, "--stages names no stage", "--output", "stages", "--stages", ",", "-o", out);
        assertRefused(2, "--norm goes with the last stage, which --stages leaves out", "--output", "stages",
                "--stages", "0,1", "--norm", "-o", out);
        assertRefused(2, "x.csv: what is written here must end in .safetensors or .npy", "-o", folder.resolve("x.csv"));
        assertRefused(2, "out.npy: ends in .npy, but --format is safetensors", "-f", "safetensors", "-o", out);
        assertRefused(2, "x.safetensors: ends in .safetensors, but --format is npy", "-f", "npy", "-o",
                folder.resolve("x.safetensors"));
        assertRefused(1, "there is no stage 7", "--output", "stages", "--stages", "7", "-o", out);
        assertRefused(1, "an output stride of 5", "--output-stride", 5, "-o", out);
        assertRefused(2, "[3, 1]", "--output", "stages", "--stages", "3,1", "-o", out);
        assertRefused(1, "missing", "-o", folder.resolve("missing/out.npy"));
    }

    private static void assertRefused(int status, String problem, Object... args) {
        Invocation run = Invocation.of(Stream.concat(Stream.of("features", Invocation.CAT), Stream.of(args)).toArray());
        assertEquals(status, run.status(), run.err());
        assertTrue(run.err().contains(problem), run.err());
    }
}
