package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.panext.compile.Plan;
import io.panext.compile.Program;
import io.panext.graph.Outputs;
import io.panext.graph.Outputs.Target;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Head;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a model gives besides logits. */
@Tag("models")
class OutputsTest {

    /** The same sums in another order. */
    private static final float TOLERANCE = 2e-5f;

    private static final ConvNeXtSpec V1 = ConvNeXtSpec.v1(List.of(1, 1, 2, 1), List.of(16, 32, 40, 64), 10);
    private static final ConvNeXtSpec V2 = ConvNeXtSpec.v2(List.of(1, 1, 2, 1), List.of(16, 32, 40, 64), 10);
    private static final List<Integer> STAGES = List.of(0, 1, 2, 3);

    @Test
    void stagesHaveStrides4To32() throws IOException {
        List<FeatureMap> maps = run(V2, Outputs.stages(), 2, 96, 65).maps();
        assertEquals(List.of("2x24x16x16", "2x12x8x32", "2x6x4x40", "2x3x2x64"), maps.stream().map(map -> map.images()
                + "x" + map.height() + "x" + map.width() + "x" + map.channels()).toList());
    }

    @Test
    void aMapDoesNotDependOnWhatElseIsAskedFor() throws IOException {
        List<FeatureMap> all = run(V2, Outputs.stages(), 1, 64, 96).maps();
        assertArrayEquals(all.getLast().values(), only(run(V2, Outputs.map(), 1, 64, 96)).values());
        for (int stage : STAGES) {
            FeatureMap alone = only(run(V2, Outputs.stages(stage), 1, 64, 96));
            assertArrayEquals(all.get(stage).values(), alone.values());
        }
    }

    @Test
    void pooledFeaturesAreThoseOfTheClassifier() throws IOException {
        Output all = run(V1, Outputs.ALL, 1, 64, 64);
        Output pooled = run(V1, Outputs.pooled(), 1, 64, 64);
        assertArrayEquals(all.features(), pooled.features());
        assertEquals(0, pooled.classes());
        assertArrayEquals(all.features(), run(V1.withClasses(0), Outputs.ALL, 1, 64, 64).features());
    }

    @Test
    void theFinalNormIsAppliedToEachPixelOfTheLastMap() throws IOException {
        // One pixel is its own mean: its norm is what the head makes of it.
        FeatureMap map = only(run(V1, Outputs.of(new Target.LastMap(true)), 1, 32, 32));
        assertArrayEquals(run(V1, Outputs.pooled(), 1, 32, 32).features(), map.values(), TOLERANCE);
        List<FeatureMap> stages = run(V1, Outputs.of(new Target.Stages(List.of(), true)), 1, 32, 32).maps();
        assertArrayEquals(map.values(), stages.getLast().values());
        assertArrayEquals(run(V1, Outputs.stages(), 1, 32, 32).maps().getFirst().values(),
                stages.getFirst().values());
    }

    @Test
    void anEncoderWithoutHeadGivesThePooledMap() throws IOException {
        ConvNeXtSpec encoder = V2.with(new Head.Pooling());
        FeatureMap map = only(run(encoder, Outputs.map(), 1, 32, 32));
        assertArrayEquals(map.values(), run(encoder, Outputs.ALL, 1, 32, 32).features());
        var refused = assertThrows(IllegalArgumentException.class,
                () -> run(encoder, Outputs.of(new Target.LastMap(true)), 1, 32, 32));
        assertEquals("the model has no final norm", refused.getMessage());
    }

    /**
     * Between the pixels that a stride would have left out, dilated convolutions see just what the strided ones see. (In V2
     * each block sums over all pixels, so that this does not hold.)
     */
    @ParameterizedTest
    @CsvSource({"16, 2, 1, 0", "16, 3, 2, 0", "8, 2, 2, 0", "8, 3, 4, 1"})
    void anOutputStrideKeepsThePixelsAndAddsMoreBetweenThem(int stride, int stage, int step, int first)
            throws IOException {
        FeatureMap strided = run(V1, Outputs.stages(), 2, 96, 64).maps().get(stage);
        FeatureMap dilated = run(V1, Outputs.stages().withStride(stride), 2, 96, 64).maps().get(stage);
        assertEquals(List.of(96 / stride, 64 / stride), List.of(dilated.height(), dilated.width()));
        assertArrayEquals(strided.values(), sampled(dilated, step, first), TOLERANCE);
    }

    private static float[] sampled(FeatureMap map, int step, int first) {
        float[] values = map.values();
        int columns = map.width() / step;
        int rows = map.height() / step;
        float[] sampled = new float[map.images() * rows * columns * map.channels()];
        for (int i = 0; i < sampled.length; i++) {
            int channel = i % map.channels();
            int x = i / map.channels() % columns * step + first;
            int y = i / map.channels() / columns % rows * step + first;
            int image = i / map.channels() / columns / rows;
            sampled[i] = values[((image * map.height() + y) * map.width() + x) * map.channels() + channel];
        }
        return sampled;
    }

    @Test
    void foldsAndFusionDoNotChangeDilatedModels() throws IOException {
        for (ConvNeXtSpec spec : List.of(V1, V2)) {
            Outputs outputs = Outputs.ALL.withStride(8);
            Options plain = Options.DEFAULT.withOutputs(outputs).withCompiler(Program.Options.PLAIN);
            assertArrayEquals(run(spec, plain, 1, 64, 96).logits(), run(spec, outputs, 1, 64, 96).logits(), TOLERANCE);
        }
    }

    @Test
    void impossibleWishesAreRefused() {
        for (int stride : new int[] {2, 12, 64}) {
            var refused = assertThrows(IllegalArgumentException.class,
                    () -> run(V1, Outputs.ALL.withStride(stride), 1, 64, 64));
            assertEquals("an output stride of " + stride + ": it can be 4 times a power of two, up to 32",
                    refused.getMessage());
        }
        var noStage = assertThrows(IllegalArgumentException.class,
                () -> run(V1, Outputs.stages(4), 1, 64, 64));
        assertEquals("there is no stage 4: the model has 4, from 0", noStage.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Outputs.stages(1, 1));
        assertThrows(IllegalArgumentException.class, () -> Outputs.stages(-1));
    }

    /** Maps that nobody asked for do not outlive their last reader; here the second stage takes the most memory. */
    @Test
    void onlyMapsThatAreAskedForTakeMemory() throws IOException {
        ConvNeXtSpec spec = ConvNeXtSpec.v1(List.of(1, 1), List.of(16, 128), 10);
        long last = arenaBytes(spec, Outputs.map());
        assertEquals(last, arenaBytes(spec, Outputs.ALL));
        assertEquals(last + 4L * 56 * 56 * 16, arenaBytes(spec, Outputs.stages(0, 1)));
    }

    private static long arenaBytes(ConvNeXtSpec spec, Outputs outputs) throws IOException {
        try (ConvNeXt model = SessionTest.model(spec, Options.DEFAULT.withThreads(1).withOutputs(outputs))) {
            Plan plan = model.plan(1, 224, 224);
            assertEquals(plan.liveBytes(), plan.arenaBytes());
            return plan.arenaBytes();
        }
    }

    @Test
    void memoryForAnOutputThatIsNotGivenIsRefused() throws IOException {
        ConvNeXtSpec spec = ConvNeXtSpec.v1(List.of(1, 1), List.of(16, 128), 10);
        MemorySegment images = MemorySegment.ofArray(SyntheticCheckpoint.images(1, 32, 32));
        MemorySegment features = MemorySegment.ofArray(new float[128]);
        MemorySegment none = MemorySegment.ofArray(new float[0]);
        try (ConvNeXt model = SessionTest.model(spec, Options.DEFAULT.withOutputs(Outputs.pooled()));
                Session session = model.newSession(1, 32, 32)) {
            session.run(images, features, none);
            var refused = assertThrows(IllegalArgumentException.class,
                    () -> session.run(images, features, MemorySegment.ofArray(new float[10])));
            assertEquals("the session gives no logits, for which there are 40 bytes", refused.getMessage());
        }
    }

    @Test
    void planarMapsAreInPyTorchsOrder() {
        FeatureMap map = new FeatureMap(2, 1, 2, 3, new float[] {0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32});
        assertArrayEquals(new float[] {0, 10, 1, 11, 2, 12, 20, 30, 21, 31, 22, 32}, map.planar());
    }

    private static FeatureMap only(Output output) {
        assertEquals(1, output.maps().size());
        assertEquals(0, output.features().length);
        return output.maps().getFirst();
    }

    private static Output run(ConvNeXtSpec spec, Outputs outputs, int batch, int height, int width)
            throws IOException {
        return run(spec, Options.DEFAULT.withOutputs(outputs), batch, height, width);
    }

    private static Output run(ConvNeXtSpec spec, Options options, int batch, int height, int width)
            throws IOException {
        try (ConvNeXt model = SessionTest.model(spec, options);
                Session session = model.newSession(batch, height, width)) {
            return session.run(MemorySegment.ofArray(SyntheticCheckpoint.images(batch, height, width)));
        }
    }
}
