package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.image.ImageDecoder;
import io.panext.image.Preprocessor;
import io.panext.image.RgbImage;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.Preprocessing.CropMode;
import io.panext.zoo.Preprocessing.Interpolation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreprocessTest {

    @TempDir
    private Path folder;

    @Test
    void theEmbeddedModelSeesItsOwnSize() throws IOException {
        Path seen = folder.resolve("seen.png");
        Invocation done = Invocation.of("preprocess", Invocation.CAT, "-o", seen);
        assertEquals(0, done.status(), done.err());
        assertEquals(64, ImageDecoder.DEFAULT.decode(seen).width());
    }

    @Test
    void settingsThatAreAssumedAreSaid() {
        Path model = Path.of("../model-zoo/src/test/resources/io/panext/zoo/checkpoint/fb_v1_ema.pth");
        Invocation done = Invocation.of("preprocess", "-m", model, Invocation.CAT, "-o", folder.resolve("seen.png"));
        assertEquals(0, done.status(), done.err());
        assertTrue(done.err().startsWith("panext: warning: " + model + ": preprocessing is assumed"), done.err());
    }

    @Test
    void settingsOfTheCommandLineAreUsed() throws IOException {
        Path seen = folder.resolve("seen.png");
        Invocation done = Invocation.of("preprocess", "--size", 96, "--crop-pct", 0.9, "--interpolation", "bilinear",
                "--crop-mode", "squash", Invocation.CAT, "-o", seen);
        assertEquals(0, done.status(), done.err());
        Preprocessing settings = new Preprocessing(96, 96, 0.9, Interpolation.BILINEAR, CropMode.SQUASH,
                Preprocessing.IMAGENET_MEAN, Preprocessing.IMAGENET_STD);
        RgbImage expected = new Preprocessor(settings).apply(ImageDecoder.DEFAULT.decode(Invocation.CAT));
        assertArrayEquals(expected.pixels(), ImageDecoder.DEFAULT.decode(seen).pixels());
    }

    @Test
    void aSizeThatNoArrayHoldsIsRefused() {
        Invocation failed = Invocation.of("preprocess", "--size", 40_000, Invocation.CAT, "-o",
                folder.resolve("seen.png"));
        assertEquals(1, failed.status());
        assertEquals("panext: input size 40000x40000 is too large: the limit is 715827879 pixels",
                failed.err().strip());
    }

    @Test
    void anUnwritableOutputIsAnError() {
        Invocation failed = Invocation.of("preprocess", Invocation.CAT, "-o", folder.resolve("missing/seen.png"));
        assertEquals(1, failed.status());
        assertEquals(1, failed.errLines().size());
        assertTrue(failed.err().contains("cannot be written"), failed.err());
    }

    @Test
    void anOutputOfAnotherFormatIsRefused() {
        Path other = folder.resolve("seen.jpg");
        Invocation refused = Invocation.of("preprocess", Invocation.CAT, "-o", other);
        assertEquals(2, refused.status());
        assertTrue(refused.errLines().getFirst().contains("seen.jpg: what is written here must end in .png"),
                refused.err());
        assertFalse(Files.exists(other));
    }
}
