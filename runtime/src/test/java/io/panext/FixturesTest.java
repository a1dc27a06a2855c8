package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One small model of each generation, in every layout that users hold, gives the logits of its home on every backend. */
class FixturesTest {

    private static final Path FIXTURES = Path.of("../model-zoo/src/test/resources/io/panext/zoo/checkpoint");
    private static final Path EXPECTED = Path.of("src/test/resources/fixtures/expected.safetensors");

    private static final Path ROUNDED = Path.of("src/test/resources/fixtures/rounded.safetensors");

    private static final float TOLERANCE = 5e-5f;

    @ParameterizedTest
    @CsvSource({"timm_v1.safetensors, v1", "timm_v1_ddp.bin, v1", "fb_v1_ema.pth, v1", "fb_v1_legacy.pth, v1",
            "torchvision_v1.pth, v1", "hf_v1, v1", "timm_v2_convmlp.safetensors, v2", "timm_v2_train.pth.tar, v2",
            "fb_v2_ema.pt, v2", "fb_v2_training.pth, v2", "hf_v2, v2"})
    void everyLayoutGivesTheLogitsOfItsHome(String file, String generation) throws IOException {
        assertLogits(file, EXPECTED, generation, TOLERANCE);
    }

    /**
     * Half precision may cost 5e-3 of the logits' norm: bfloat16 weights, each off by up to 2⁻⁹ of itself, cost 4.9e-3 of
     * it in exact arithmetic. That nothing else is lost shows against a float64 run of the rounded weights.
     */
    @ParameterizedTest
    @CsvSource({"timm_v2_f16.safetensors, f16", "timm_v2_bf16.safetensors, bf16"})
    void weightsOfFewerBitsLoseNoMoreThanTheirRounding(String file, String type) throws IOException {
        assertLogits(file, ROUNDED, type, TOLERANCE);
        for (BackendChoice backend : BackendChoice.values()) {
            double error = OnednnGoldenTest.relativeError(expected(EXPECTED, "v2"), logits(file, backend));
            assertEquals(0, error, 5e-3, backend::toString);
        }
    }

    private static void assertLogits(String file, Path reference, String name, float tolerance) throws IOException {
        float[] expected = expected(reference, name);
        for (BackendChoice backend : BackendChoice.values()) {
            assertArrayEquals(expected, logits(file, backend), tolerance, backend::toString);
        }
    }

    private static float[] expected(Path reference, String name) throws IOException {
        try (Checkpoint expected = Checkpoint.open(reference)) {
            return expected.floats(name + "_logits");
        }
    }

    private static float[] logits(String file, BackendChoice backend) throws IOException {
        try (PretrainedModel pretrained = PretrainedModel.open(FIXTURES.resolve(file));
                ConvNeXt model = ConvNeXt.load(pretrained, Options.DEFAULT.withBackend(backend));
                Session session = model.newSession(2, 96, 64)) {
            return session.run(MemorySegment.ofArray(SyntheticCheckpoint.images(2, 96, 64))).logits();
        }
    }
}
