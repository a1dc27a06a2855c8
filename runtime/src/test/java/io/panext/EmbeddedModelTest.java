package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.panext.zoo.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

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
