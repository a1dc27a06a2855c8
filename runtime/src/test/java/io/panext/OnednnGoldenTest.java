package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.checkpoint.Checkpoint;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** timm's logits with oneDNN's kernels, and with those that are measured to be the fastest. */
class OnednnGoldenTest {

    /** As for the Vector API: both round in fp32, in another order than PyTorch. */
    private static final float TOLERANCE = 5e-5f;

    static Stream<Arguments> runs() {
        return GoldenTest.files().flatMap(file -> Stream.of(BackendChoice.ONEDNN, BackendChoice.AUTO)
                .map(backend -> Arguments.of(file, backend)));
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("runs")
    void featuresAndLogitsEqualTimms(String file, BackendChoice backend) throws IOException {
        for (int threads : new int[] {1, 2}) {
            Options options = Options.DEFAULT.withThreads(threads).withBackend(backend);
            try (Checkpoint golden = GoldenTest.open(file); ConvNeXt model = model(golden, options)) {
                Output output = GoldenTest.run(model, golden.metadata());
                assertArrayEquals(golden.floats("pre_logits"), output.features(), TOLERANCE);
                assertArrayEquals(golden.floats("logits"), output.logits(), TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.panext.GoldenTest#files")
    void aFewRunsGiveTimmsLogitsToo(String file) throws IOException {
        Options options = Options.DEFAULT.withBackend(BackendChoice.AUTO).withExpectedRuns(1);
        try (Checkpoint golden = GoldenTest.open(file); ConvNeXt model = model(golden, options)) {
            assertArrayEquals(golden.floats("logits"), GoldenTest.run(model, golden.metadata()).logits(), TOLERANCE);
        }
    }

    /** Weights and inputs of products have 8 bits left: errors of 2^-9 that partly cancel over fifty layers. */
    @Test
    @EnabledIf("hasBf16")
    void bf16LogitsOfV2TinyAreWithinTwoPercent() throws IOException {
        Options options = Options.DEFAULT.withBackend(BackendChoice.ONEDNN).withPrecision(Precision.BF16);
        for (long expectedRuns : new long[] {Long.MAX_VALUE, 1}) {
            try (Checkpoint golden = GoldenTest.open("convnextv2_tiny_224x224_n2");
                    ConvNeXt model = model(golden, options.withExpectedRuns(expectedRuns))) {
                float[] logits = GoldenTest.run(model, golden.metadata()).logits();
                double error = relativeError(golden.floats("logits"), logits);
                assertTrue(error < 0.02, "relative L2 error " + error);
            }
        }
    }

    static boolean hasBf16() throws Exception {
        return io.panext.onednn.Onednn.find().orElseThrow().isa().bf16();
    }

    /** Returns the norm of the difference over the norm of what is right. */
    static double relativeError(float[] expected, float[] actual) {
        double error = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            error += Math.pow(actual[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return Math.sqrt(error / norm);
    }

    private static ConvNeXt model(Checkpoint golden, Options options) throws IOException {
        return GoldenTest.synthetic(golden.metadata().get("model"), options);
    }
}
