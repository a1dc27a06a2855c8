package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.Mask;
import io.panext.image.ImageDecoder;
import io.panext.image.Preprocessor;
import io.panext.image.RgbImage;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.CheckpointException;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReconstructTest {

    private static final Path FCMAE = Path
            .of("../model-zoo/src/test/resources/io/panext/zoo/checkpoint/fb_fcmae_sparse.pth");
    private static final Path EXPECTED = Path.of("src/test/resources/fixtures/fb_fcmae_expected.safetensors");

    @TempDir
    private Path folder;

    private Path write(List<Integer> images, List<Integer> masks, float... mask) throws CheckpointException {
        Path path = folder.resolve("in.safetensors");
        var tensors = new LinkedHashMap<String, FloatTensor>();
        tensors.put("input", FloatTensor.of(images, SyntheticCheckpoint.images(images.get(0), images.get(2),
                images.get(3))));
        tensors.put("mask", FloatTensor.of(masks, mask));
        Safetensors.write(path, tensors, Map.of());
        return path;
    }

    @Test
    void tensorsGiveWhatTheOriginalCodeGives() throws IOException {
        Path output = folder.resolve("out.safetensors");
        try (Checkpoint expected = Checkpoint.open(EXPECTED)) {
            Path input = write(List.of(2, 3, 96, 96), List.of(2, 9), expected.floats("mask"));
            Invocation done = Invocation.of("reconstruct", "-m", FCMAE, "-i", input, "-o", output, "-t", 2);
            assertEquals(0, done.status(), done.err());
            assertFalse(done.err().contains("assumed"), done.err());
            try (Checkpoint written = Checkpoint.open(output)) {
                assertEquals(List.of("latent", "pred", "loss"), List.copyOf(written.tensors().keySet()));
                for (String tensor : written.tensors().keySet()) {
                    assertEquals(expected.info(tensor).shape(), written.info(tensor).shape());
                    assertArrayEquals(expected.floats(tensor), written.floats(tensor), 5e-5f, tensor);
                }
            }
        }
    }

    @Test
    void aPhotographIsShownWholeMaskedAndReconstructed() throws IOException {
        Path output = folder.resolve("seen.png");
        Invocation done = Invocation.of("reconstruct", "-m", FCMAE, "--mask-ratio", 0.75, "--seed", 3, Invocation.CAT,
                "-o", output);
        assertEquals(0, done.status(), done.err());
        assertTrue(done.err().contains("preprocessing is assumed"), done.err());
        assertTrue(done.out().matches("loss \\d+\\.\\d{6} over 37 of 49 patches\\n"), done.out());
        RgbImage seen = ImageDecoder.DEFAULT.decode(output);
        assertEquals(3 * 224, seen.width());
        assertEquals(224, seen.height());
        RgbImage original = new Preprocessor(Preprocessing.IMAGENET_224).apply(ImageDecoder.DEFAULT.decode(
                Invocation.CAT));
        Mask mask = Mask.random(7, 7, 0.75, 3);
        byte[] grey = {-128, -128, -128};
        boolean predicted = false;
        for (int y = 0; y < 224; y++) {
            for (int x = 0; x < 224; x++) {
                boolean masked = mask.masked().get(y / 32 * 7 + x / 32);
                byte[] pixel = pixel(original, x, y);
                assertArrayEquals(pixel, pixel(seen, x, y));
                assertArrayEquals(masked ? grey : pixel, pixel(seen, 224 + x, y));
                byte[] last = pixel(seen, 448 + x, y);
                assertTrue(masked || Arrays.equals(pixel, last), "visible pixels are the input's");
                predicted |= !Arrays.equals(pixel, last) && !Arrays.equals(grey, last);
            }
        }
        assertTrue(predicted, "masked pixels are neither the mask's nor the input's");
    }

    private static byte[] pixel(RgbImage image, int x, int y) {
        int first = 3 * (y * image.width() + x);
        return Arrays.copyOfRange(image.pixels(), first, first + 3);
    }

    @Test
    void normalisedPixelsHaveAnotherLoss() {
        String plain = Invocation.of("reconstruct", "-m", FCMAE, Invocation.CAT, "-o", folder.resolve("a.png")).out();
        Invocation normalised = Invocation.of("reconstruct", "-m", FCMAE, "--norm-pix", Invocation.CAT, "-o", folder
                .resolve("b.png"));
        assertEquals(0, normalised.status(), normalised.err());
        assertFalse(plain.equals(normalised.out()), plain);
    }

    @Test
    void anEncoderWithoutDecoderIsRefusedAndSaysWhy() {
        Path output = folder.resolve("seen.png");
        String error = refused(Invocation.of("reconstruct", Invocation.CAT, "-o", output));
        assertTrue(error.contains("is an encoder without a decoder"), error);
        assertTrue(error.contains("give a checkpoint of FCMAE training"), error);
        assertFalse(Files.exists(output));
    }

    @Test
    void masksAndImagesThatDoNotFitAreRefused() throws IOException {
        float[] nine = {0, 1, 1, 1, 1, 1, 1, 1, 1};
        assertRefused(write(List.of(1, 3, 96, 96), List.of(1, 8), Arrays.copyOf(nine, 8)), "it must be [1, 9]");
        assertRefused(write(List.of(1, 3, 96, 96), List.of(9), nine), "it must be F32 [N, patches]");
        assertRefused(write(List.of(1, 3, 96, 100), List.of(1, 9), nine), "multiples of 32");
        nine[3] = 0.5f;
        assertRefused(write(List.of(1, 3, 96, 96), List.of(1, 9), nine), "holds 0.5");
        Arrays.fill(nine, 1);
        assertRefused(write(List.of(1, 3, 96, 96), List.of(1, 9), nine), "hides all 9 patches");
        assertRefused(EXPECTED, "has no tensor 'input'");
        assertRefused(folder.resolve("missing.safetensors"), "missing.safetensors");
    }

    private void assertRefused(Path input, String expected) {
        Path output = folder.resolve("out.safetensors");
        String error = refused(Invocation.of("reconstruct", "-m", FCMAE, "-i", input, "-o", output));
        assertTrue(error.contains(expected), error);
        assertFalse(Files.exists(output));
    }

    private static String refused(Invocation failed) {
        assertEquals(1, failed.status());
        assertEquals(1, failed.errLines().stream().filter(line -> !line.contains("warning")).count(), failed.err());
        return failed.err();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-0.1", "1", "half", "NaN"})
    void ratiosOutOfRangeAreWrongUsage(String ratio) {
        for (List<Object> command : List.<List<Object>>of(List.of("reconstruct", "-o", "x.png", Invocation.CAT),
                List.of("features", Invocation.CAT), List.of("inspect", "convnextv2_tiny"))) {
            Object[] args = Stream.concat(command.stream(),
                    Stream.of("--mask-ratio=" + ratio)).toArray();
            Invocation failed = Invocation.of(args);
            assertEquals(2, failed.status());
            assertTrue(failed.err().contains("'" + ratio + "' is not a number from 0 to below 1"), failed.err());
        }
    }

    @Test
    void optionsAndNamesThatDoNotFitAreWrongUsage() throws IOException {
        Path tensors = write(List.of(1, 3, 96, 96), List.of(1, 9), 0, 1, 1, 1, 1, 1, 1, 1, 1);
        Path out = folder.resolve("out.safetensors");
        for (String option : List.of("--mask-ratio=0.75", "--seed=0")) {
            Invocation failed = Invocation.of("reconstruct", "-m", FCMAE, "-i", tensors, "-o", out, option);
            assertEquals(2, failed.status());
            assertTrue(failed.err().contains("--mask-ratio and --seed go with an image"), failed.err());
        }
        Path jpeg = folder.resolve("seen.jpg");
        for (Invocation failed : List.of(Invocation.of("reconstruct", "-m", FCMAE, Invocation.CAT, "-o", jpeg),
                Invocation.of("analyze", Invocation.CAT, "-o", jpeg))) {
            assertEquals(2, failed.status());
            assertTrue(failed.err().contains("seen.jpg: what is written here must end in .png"), failed.err());
        }
        assertEquals(2, Invocation.of("reconstruct", "-m", FCMAE, "-i", tensors, "-o", jpeg).status());
    }

    @Test
    void eitherAnImageOrTensorsAreReconstructed() {
        assertEquals(2, Invocation.of("reconstruct", "-m", FCMAE, "-o", "x.png").status());
        assertEquals(2, Invocation.of("reconstruct", "-m", FCMAE, "-i", "in", Invocation.CAT, "-o", "x").status());
    }
}
