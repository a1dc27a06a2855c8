package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The model that ships inside, on 500 test images of CIFAR-10, against what PyTorch made of them. */
class EmbeddedModelTest {

    private static final Path DEMO = Path.of("src/test/resources/demo");
    private static final Path SAMPLES = Path.of("../model-zoo/samples");
    private static final int CLASSES = 10;

    /** As asked for by users who compare with PyTorch; the differences seen are about 1e-5. */
    private static final float TOLERANCE = 1e-4f;

    /** 78.6 % of the 500, as PyTorch. */
    private static final int RIGHT = 393;

    @Test
    void logitsAndBestClassOfEveryTestImageEqualPyTorchs() throws IOException {
        List<String> files = Files.readAllLines(DEMO.resolve("images.txt"));
        try (Checkpoint expected = Checkpoint.open(DEMO.resolve("expected.safetensors"));
                ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED)) {
            float[] logits = expected.floats("logits");
            int right = 0;
            for (int i = 0; i < files.size(); i++) {
                Classification result = model.classify(DEMO.resolve(files.get(i)));
                float[] theirs = Arrays.copyOfRange(logits, i * CLASSES, (i + 1) * CLASSES);
                assertArrayEquals(theirs, result.logits(), TOLERANCE, files.get(i));
                assertEquals(indexOfMax(theirs), result.best().index(), files.get(i));
                right += files.get(i).startsWith("images/" + result.best().label()) ? 1 : 0;
            }
            assertEquals(RIGHT, right);
        }
    }

    /** 99.5 % of the 500 images, as users of half precision ask for. */
    @Test
    @EnabledIf("io.panext.OnednnGoldenTest#hasBf16")
    void bf16NamesTheSameClassAsSinglePrecision() throws IOException {
        List<String> files = Files.readAllLines(DEMO.resolve("images.txt"));
        Options bf16 = Options.DEFAULT.withBackend(BackendChoice.ONEDNN).withPrecision(Precision.BF16);
        try (ConvNeXt single = ConvNeXt.load(ConvNeXt.EMBEDDED);
                ConvNeXt half = ConvNeXt.load(ConvNeXt.EMBEDDED, bf16)) {
            int same = 0;
            for (String file : files) {
                Path image = DEMO.resolve(file);
                same += single.classify(image).best().index() == half.classify(image).best().index() ? 1 : 0;
            }
            assertTrue(same >= 0.995 * files.size(), same + " of " + files.size());
        }
    }

    @Test
    void aPhotographOfACatIsACat() throws IOException {
        try (ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED)) {
            assertEquals("cat", model.classify(SAMPLES.resolve("chelsea.png")).best().label());
        }
    }

    private static int indexOfMax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }
}
