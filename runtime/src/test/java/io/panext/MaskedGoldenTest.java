package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.panext.compile.Program;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.DecoderSpec;
import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole masked autoencoders against the outputs of the original code on PyTorch. */
@Tag("models")
@VectorsInRegisters
class MaskedGoldenTest {

    private static final float TOLERANCE = 5e-5f;
    private static final double LOSS_TOLERANCE = 1e-5;

    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Path FIXTURE = Path
            .of("../model-zoo/src/test/resources/io/panext/zoo/checkpoint/fb_fcmae_sparse.pth");
    private static final Path EXPECTED = Path.of("src/test/resources/fixtures/fb_fcmae_expected.safetensors");

    static Stream<Arguments> goldens() {
        return Stream.of("fcmae_atto_224_n1_r0.6_s1", "fcmae_atto_224_n2_r0.6_s2_normpix")
                .flatMap(file -> Stream.of(BackendChoice.SIMD, BackendChoice.ONEDNN).flatMap(backend -> Stream
                        .of(1, 2).flatMap(threads -> Stream.of(Program.Options.FAST, Program.Options.PLAIN)
                                .map(options -> Arguments.of(file, backend, threads, options)))));
    }

    @ParameterizedTest(name = "{0} on {1}, {2} threads, {3}")
    @MethodSource("goldens")
    void latentPredictionAndLossEqualTheOriginals(String file, BackendChoice backend, int threads,
            Program.Options compiler) throws IOException {
        ConvNeXtSpec spec = MaskedModels.encoder(Catalogue.get("convnextv2_atto").spec());
        try (Checkpoint golden = Checkpoint.open(GOLDEN.resolve(file + ".safetensors"));
                PretrainedModel model = MaskedModels.synthetic(spec,
                        new DecoderSpec(spec.features(), 512, 1, spec.reduction()))) {
            assertGolden(golden, model,
                    Options.DEFAULT.withBackend(backend).withThreads(threads).withCompiler(compiler));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SIMD", "ONEDNN"})
    void aTrainingCheckpointOfMinkowskiEngineGivesItsOutputs(BackendChoice backend) throws IOException {
        try (Checkpoint expected = Checkpoint.open(EXPECTED); PretrainedModel model = PretrainedModel.open(FIXTURE)) {
            assertGolden(expected, model, Options.DEFAULT.withBackend(backend).withThreads(2));
        }
    }

    private static void assertGolden(Checkpoint golden, PretrainedModel pretrained, Options options)
            throws IOException {
        int batch = Integer.parseInt(golden.metadata().get("batch"));
        int size = Integer.parseInt(golden.metadata().get("size"));
        int grid = size / pretrained.weights().spec().reduction();
        List<Mask> masks = Mask.random(batch, grid, grid, Double.parseDouble(golden.metadata().get("mask_ratio")),
                Long.parseLong(golden.metadata().get("mask_seed")));
        assertArrayEquals(golden.floats("mask"), flat(masks));
        float[] images = SyntheticCheckpoint.images(batch, size, size);
        try (MaskedAutoencoder model = MaskedAutoencoder.load(pretrained, options);
                MaskedSession session = model.newSession(size, size, masks)) {
            MaskedOutput output = session.run(MemorySegment.ofArray(images), masks);
            assertArrayEquals(golden.floats("latent"), output.latent(), TOLERANCE);
            assertArrayEquals(golden.floats("encoder.stage3.mean"), output.features(), TOLERANCE);
            assertArrayEquals(golden.floats("pred"), output.prediction(), TOLERANCE);
            double loss = golden.floats("loss")[0];
            boolean normalised = golden.metadata().get("norm_pix_loss").equals("True");
            assertEquals(loss, Reconstruction.of(images, masks, output.prediction(), normalised).loss(),
                    LOSS_TOLERANCE * loss);
        }
    }

    private static float[] flat(List<Mask> masks) {
        List<Boolean> all = masks.stream().flatMap(mask -> mask.masked().stream()).toList();
        float[] values = new float[all.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = all.get(i) ? 1 : 0;
        }
        return values;
    }
}
