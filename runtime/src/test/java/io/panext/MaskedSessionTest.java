package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.arena.ArenaExhaustedException;
import io.panext.arena.TensorArena;
import io.panext.compile.Program;
import io.panext.graph.Folding;
import io.panext.graph.Outputs;
import io.panext.graph.Visible;
import io.panext.image.ImageDecoder;
import io.panext.image.RgbImage;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.DecoderSpec;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("models")
class MaskedSessionTest {

    /** fp32 against double, over a handful of blocks with values of magnitude 10 or less. */
    private static final double TOLERANCE = 5e-5;

    private static final ConvNeXtSpec V2 = ConvNeXtSpec.v2(List.of(1, 1, 2, 1), List.of(8, 12, 20, 33), 5);
    private static final ConvNeXtSpec V1 = ConvNeXtSpec.v1(List.of(1, 1, 1, 2), List.of(5, 16, 17, 24), 0);
    private static final Options TWO_THREADS = Options.DEFAULT.withThreads(2);

    static Stream<Arguments> cases() {
        return Stream.of(Arguments.of(V2, 3, 3, 1, 0.0), Arguments.of(V2, 3, 3, 2, 0.95), Arguments.of(V2, 5, 4, 3,
                0.6), Arguments.of(V1, 3, 7, 2, 0.5), Arguments.of(V2, 7, 7, 2, 0.75), Arguments.of(V1, 7, 7, 1, 0.9),
                Arguments.of(V2, 12, 12, 1, 0.6), Arguments.of(V2, 12, 9, 2, 0.25));
    }

    @ParameterizedTest(name = "{0}, grid {1}x{2}, batch {3}, ratio {4}")
    @MethodSource("cases")
    void latentsAreThoseOfWholeMapsTimesTheMask(ConvNeXtSpec spec, int gridHeight, int gridWidth, int batch,
            double ratio) throws IOException {
        List<Mask> masks = Mask.random(batch, gridHeight, gridWidth, ratio, batch);
        assertOracle(spec, masks);
    }

    @Test
    void imagesOfABatchMayShowDifferentNumbersOfPatches() throws IOException {
        assertOracle(V2, List.of(Mask.random(4, 5, 0.3, 1), Mask.none(4, 5), Mask.random(4, 5, 0.999, 2),
                Mask.random(4, 5, 0.75, 3)));
    }

    private static void assertOracle(ConvNeXtSpec spec, List<Mask> masks) throws IOException {
        int height = 32 * masks.getFirst().gridHeight();
        int width = 32 * masks.getFirst().gridWidth();
        float[] images = SyntheticCheckpoint.images(masks.size(), height, width);
        try (PretrainedModel pretrained = pretrained(spec)) {
            double[] expected = MaskedOracle.latents(spec, pretrained.weights()::parameter, masks, images, height,
                    width);
            for (BackendChoice backend : List.of(BackendChoice.SIMD, BackendChoice.ONEDNN)) {
                float[] latent = run(pretrained, TWO_THREADS.withBackend(backend), masks, images).latent();
                assertEquals(expected.length, latent.length);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], latent[i], TOLERANCE, backend + ", value " + i);
                }
            }
        }
    }

    @Test
    void whereNothingIsMaskedTheEncoderIsTheDenseModel() throws IOException {
        float[] images = SyntheticCheckpoint.images(2, 96, 128);
        for (ConvNeXtSpec spec : List.of(V1, V2)) {
            try (PretrainedModel pretrained = pretrained(spec);
                    ConvNeXt dense = ConvNeXt.load(pretrained, TWO_THREADS);
                    Session session = dense.newSession(2, 96, 128)) {
                float[] features = run(pretrained, TWO_THREADS, List.of(Mask.none(3, 4), Mask.none(3, 4)), images)
                        .features();
                assertArrayEquals(session.run(MemorySegment.ofArray(images)).features(), features, 2e-5f);
            }
        }
    }

    @Test
    void everyNumberOfThreadsAndEveryCompilerOptionAgrees() throws IOException {
        List<Mask> masks = List.of(Mask.random(3, 5, 0.6, 1), Mask.random(3, 5, 0.2, 2));
        float[] images = SyntheticCheckpoint.images(2, 96, 160);
        try (PretrainedModel pretrained = pretrained(V2)) {
            Options simd = Options.DEFAULT.withBackend(BackendChoice.SIMD);
            float[] one = run(pretrained, simd.withThreads(1), masks, images).latent();
            for (int threads : new int[] {2, 3, 8}) {
                assertArrayEquals(one, run(pretrained, simd.withThreads(threads), masks, images).latent());
            }
            for (Folding fold : Folding.values()) {
                Options options = TWO_THREADS.withCompiler(new Program.Options(fold, false));
                assertArrayEquals(one, run(pretrained, options, masks, images).latent(), 2e-5f);
            }
        }
    }

    @Test
    void whatIsMaskedIsNeverRead() throws IOException {
        List<Mask> masks = Mask.random(1, 3, 3, 0.6, 7);
        float[] images = SyntheticCheckpoint.images(1, 96, 96);
        float[] spoilt = images.clone();
        for (int i = 0; i < spoilt.length; i++) {
            if (masks.getFirst().masked().get(i / 96 % 96 / 32 * 3 + i % 96 / 32)) {
                spoilt[i] = Float.NaN;
            }
        }
        try (PretrainedModel pretrained = pretrained(V2)) {
            assertArrayEquals(run(pretrained, TWO_THREADS, masks, images).latent(),
                    run(pretrained, TWO_THREADS, masks, spoilt).latent());
        }
    }

    @Test
    void anImageHasTheSameResultAloneAndInABatchUnlessStatisticsArePooledOverIt() throws IOException {
        List<Mask> masks = Mask.random(2, 3, 3, 0.5, 1);
        float[] images = SyntheticCheckpoint.images(2, 96, 96);
        float[] first = Arrays.copyOf(images, images.length / 2);
        try (PretrainedModel pretrained = pretrained(V2);
                MaskedAutoencoder model = MaskedAutoencoder.loadEncoder(pretrained, TWO_THREADS)) {
            float[] alone = latent(model, masks.subList(0, 1), Visible.Pooling.IMAGE, first);
            float[] pooledAlone = latent(model, masks.subList(0, 1), Visible.Pooling.BATCH, first);
            float[] together = latent(model, masks, Visible.Pooling.IMAGE, images);
            float[] pooled = latent(model, masks, Visible.Pooling.BATCH, images);
            assertArrayEquals(alone, Arrays.copyOf(together, alone.length), 1e-5f);
            assertArrayEquals(alone, pooledAlone, 1e-5f);
            assertFalse(Arrays.equals(alone, Arrays.copyOf(pooled, alone.length)));
        }
    }

    @Test
    void statisticsPooledOverABatchAreThoseOfOneLargeImage() throws IOException {
        // Images far apart do not see each other: a row of them with masked patches between is the same as a batch.
        Mask mask = new Mask(1, 1, List.of(false));
        float[] images = SyntheticCheckpoint.images(2, 32, 32);
        var apart = new ArrayList<Boolean>(List.of(false, true, true, true, true, false));
        float[] row = new float[3 * 32 * 192];
        for (int i = 0; i < images.length; i++) {
            int image = i / (3 * 32 * 32);
            int line = i % (3 * 32 * 32) / 32;
            row[line * 192 + image * 160 + i % 32] = images[i];
        }
        try (PretrainedModel pretrained = pretrained(V2);
                MaskedAutoencoder model = MaskedAutoencoder.loadEncoder(pretrained, TWO_THREADS)) {
            float[] batch = latent(model, List.of(mask, mask), Visible.Pooling.BATCH, images);
            float[] large = latent(model, List.of(new Mask(1, 6, apart)), Visible.Pooling.IMAGE, row);
            int channels = V2.features();
            assertArrayEquals(Arrays.copyOf(batch, channels), Arrays.copyOf(large, channels), 2e-5f);
            assertArrayEquals(Arrays.copyOfRange(batch, channels, 2 * channels),
                    Arrays.copyOfRange(large, 5 * channels, 6 * channels), 2e-5f);
        }
    }

    private static float[] latent(MaskedAutoencoder model, List<Mask> masks, Visible.Pooling pooling, float[] images) {
        Visible visible = Mask.visible(masks);
        var pooled = new Visible(visible.gridHeight(), visible.gridWidth(), visible.patches(), pooling);
        try (MaskedSession session = model.newSession(32 * visible.gridHeight(), 32 * visible.gridWidth(), pooled)) {
            return session.run(MemorySegment.ofArray(images), masks).latent();
        }
    }

    @Test
    void photographsArePreparedAsForAWholeModel() throws IOException {
        RgbImage cat = ImageDecoder.DEFAULT.decode(Path.of("../model-zoo/samples/chelsea.png"));
        List<Mask> masks = List.of(Mask.none(2, 2));
        try (PretrainedModel embedded = PretrainedModel.embedded();
                ConvNeXt whole = ConvNeXt.load(embedded, TWO_THREADS);
                MaskedAutoencoder model = MaskedAutoencoder.loadEncoder(embedded, TWO_THREADS);
                MaskedSession session = model.newSession(64, 64, masks)) {
            assertArrayEquals(whole.classify(cat).features(), session.run(List.of(cat), masks).features(), 2e-5f);
            assertThrows(IllegalArgumentException.class, () -> session.run(List.of(cat, cat), masks));
        }
    }

    @Test
    void masksThatDoNotFitAreRefused() throws IOException {
        MemorySegment images = MemorySegment.ofArray(SyntheticCheckpoint.images(1, 96, 96));
        Mask three = Mask.random(3, 3, 0.6, 0);
        try (PretrainedModel pretrained = pretrained(V2);
                MaskedAutoencoder model = MaskedAutoencoder.loadEncoder(pretrained, TWO_THREADS);
                MaskedSession session = model.newSession(96, 96, List.of(three))) {
            assertRefused("a mask of 3x4 patches; the images have 3x3",
                    () -> session.run(images, List.of(Mask.none(3, 4))));
            assertRefused("image 0 shows 9 patches; this session was opened for 3",
                    () -> session.run(images, List.of(Mask.none(3, 3))));
            assertRefused("2 masks for 1 images", () -> session.run(images, List.of(three, three)));
            assertRefused("images has 12 bytes", () -> session.run(images.asSlice(0, 12), List.of(three)));
            assertRefused("both edges must be multiples of 32", () -> model.newSession(100, 96, List.of(three)));
            assertRefused("both edges must be multiples of 32", () -> model.newSession(96, 0, List.of(three)));
            assertRefused("masks of 3x3 patches for images of 4x3", () -> model.newSession(128, 96, List.of(three)));
            assertThrows(IllegalStateException.class, () -> session.run(images, List.of(three)).prediction());
            try (TensorArena small = TensorArena.ofBytes(1000)) {
                assertThrows(ArenaExhaustedException.class,
                        () -> model.newSession(96, 96, Mask.visible(List.of(three)), small));
            }
        }
    }

    @Test
    void aClosedModelOpensNoSessions() throws IOException {
        try (PretrainedModel pretrained = pretrained(V2)) {
            MaskedAutoencoder model = MaskedAutoencoder.loadEncoder(pretrained, TWO_THREADS);
            model.close();
            model.close();
            assertThrows(IllegalStateException.class, () -> model.newSession(96, 96, List.of(Mask.none(3, 3))));
        }
    }

    private static void assertRefused(String expected, Executable action) {
        var refused = assertThrows(IllegalArgumentException.class, action);
        assertTrue(refused.getMessage().contains(expected), refused::getMessage);
    }

    @Test
    void aModelWithoutDecoderSaysWhyItReconstructsNothing() throws IOException {
        try (PretrainedModel embedded = PretrainedModel.embedded()) {
            var refused = assertThrows(CheckpointException.class,
                    () -> MaskedAutoencoder.load(embedded, Options.DEFAULT));
            assertTrue(refused.getMessage().contains("is an encoder without a decoder"), refused::getMessage);
        }
    }

    @Test
    void otherOutputsAreRefused() throws IOException {
        try (PretrainedModel embedded = PretrainedModel.embedded()) {
            for (Outputs outputs : List.of(Outputs.map(), Outputs.pooled(), Outputs.ALL.withStride(16))) {
                assertRefused("is loaded with Outputs.ALL",
                        () -> MaskedAutoencoder.loadEncoder(embedded, TWO_THREADS.withOutputs(outputs)));
            }
        }
    }

    @Test
    void modelsAreLoadedByName() throws IOException {
        try (MaskedAutoencoder encoder = MaskedAutoencoder.loadEncoder(ConvNeXt.EMBEDDED, TWO_THREADS)) {
            assertEquals(ConvNeXt.EMBEDDED, encoder.name());
        }
        assertThrows(CheckpointException.class, () -> MaskedAutoencoder.load(ConvNeXt.EMBEDDED));
        String file = "../model-zoo/src/test/resources/io/panext/zoo/checkpoint/fb_fcmae_sparse.pth";
        try (MaskedAutoencoder byPath = MaskedAutoencoder.load(file, TWO_THREADS);
                MaskedAutoencoder byFile = MaskedAutoencoder.load(Path.of(file), TWO_THREADS)) {
            assertEquals(byPath.decoder(), byFile.decoder());
            assertTrue(byPath.decoder().isPresent());
        }
    }

    @Test
    void anAutoencoderIsAlsoADenseModel() throws IOException {
        ConvNeXtSpec encoder = MaskedModels.encoder(V2);
        float[] images = SyntheticCheckpoint.images(1, 64, 64);
        try (PretrainedModel pretrained = MaskedModels.synthetic(encoder,
                new DecoderSpec(encoder.features(), 8, 2, 32));
                ConvNeXt dense = ConvNeXt.load(pretrained, TWO_THREADS);
                Session session = dense.newSession(1, 64, 64)) {
            List<Mask> none = List.of(Mask.none(2, 2));
            assertArrayEquals(run(pretrained, TWO_THREADS, none, images).features(),
                    session.run(MemorySegment.ofArray(images)).features(), 2e-5f);
        }
    }

    private static MaskedOutput run(PretrainedModel pretrained, Options options, List<Mask> masks, float[] images) {
        Mask mask = masks.getFirst();
        try (MaskedAutoencoder model = MaskedAutoencoder.loadEncoder(pretrained, options);
                MaskedSession session = model.newSession(32 * mask.gridHeight(), 32 * mask.gridWidth(), masks)) {
            return session.run(MemorySegment.ofArray(images), masks);
        }
    }

    private static PretrainedModel pretrained(ConvNeXtSpec spec) throws IOException {
        return PretrainedModel.of("synthetic", SyntheticCheckpoint.of(spec), Optional.empty());
    }
}
