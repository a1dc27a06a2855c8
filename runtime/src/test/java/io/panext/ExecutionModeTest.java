package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.compile.ExecutionMode;
import io.panext.compile.Plan;
import io.panext.graph.Op;
import io.panext.graph.Outputs;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How workers divide a batch. */
@Tag("models")
@VectorsInRegisters
class ExecutionModeTest {

    private static final ConvNeXtSpec V1 = ConvNeXtSpec.v1(List.of(1, 1, 2, 1), List.of(16, 32, 40, 64), 10);
    private static final ConvNeXtSpec V2 = ConvNeXtSpec.v2(List.of(1, 1, 2, 1), List.of(16, 32, 40, 64), 10);

    /** Its largest linears are shared by columns, of which there is no round number. */
    private static final ConvNeXtSpec WIDE = ConvNeXtSpec.v2(List.of(1, 1), List.of(24, 520), 10);
    private static final int EDGE = 64;

    @ParameterizedTest(name = "{0}: {1} images on {2} threads, {3} at a time")
    @CsvSource({
            "auto, 1, 1, 1", "auto, 1, 2, 1", "auto, 8, 2, 4", "auto, 2, 2, 1", "auto, 3, 2, 3", "auto, 12, 2, 3",
            "auto, 4, 1, 4", "auto, 16, 1, 4", "auto, 7, 1, 1", "latency, 8, 2, 8", "throughput, 3, 2, 1",
            "throughput, 1, 2, 1", "throughput, 10, 5, 2"})
    void aBatchIsRunApartWhereThatIsEven(String mode, int batch, int threads, int together) throws IOException {
        try (ConvNeXt model = SessionTest.model(V2, options(mode, threads))) {
            Plan plan = model.plan(batch, EDGE, EDGE);
            assertEquals(together, plan.imagesAtATime());
            assertEquals(together == batch, plan.isShared());
            assertEquals(batch, plan.images().images());
            assertEquals(batch, plan.logits().orElseThrow().shape().images());
            assertEquals(batch * model.plan(1, EDGE, EDGE).macs(), plan.macs());
        }
    }

    @Test
    void ofALargeBatchOnlyWhatRunsTakesMemory() throws IOException {
        try (ConvNeXt model = SessionTest.model(V2, options("auto", 2))) {
            long eight = model.plan(8, EDGE, EDGE).arenaBytes();
            long more = model.plan(64, EDGE, EDGE).arenaBytes();
            long image = 4 * 3 * EDGE * EDGE;
            long results = 4 * (64 + 16 + 16);
            assertEquals(56 * (image + results), more - eight);
            assertTrue(model.plan(64, EDGE, EDGE).liveBytes() <= more);
        }
    }

    /** Their maps are larger than their weights. */
    @Test
    void aWorkerRunsTheFirstStagesOfItsImagesOneByOne() throws IOException {
        try (ConvNeXt together = SessionTest.model(V2, options("latency", 1));
                ConvNeXt apart = SessionTest.model(V2, options("throughput", 1))) {
            Plan whole = together.plan(4, EDGE, EDGE);
            Plan plan = apart.plan(4, EDGE, EDGE);
            assertEquals(4,
                    plan.steps().stream().filter(step -> step.node().op() instanceof Op.PatchEmbedding).count());
            assertEquals(1, plan.steps().stream().filter(step -> step.node().op() instanceof Op.GlobalPool).count());
            assertEquals(whole.macs(), plan.macs());
            assertEquals(plan.liveBytes(), plan.arenaBytes());
            assertTrue(plan.arenaBytes() < whole.arenaBytes() * 3 / 4, plan.arenaBytes() + " of " + whole.arenaBytes());
        }
    }

    static Stream<Arguments> models() {
        return models(Options.DEFAULT.withBackend(BackendChoice.SIMD));
    }

    static Stream<Arguments> models(Options options) {
        return Stream.of(V1, V2, WIDE).flatMap(spec -> Stream.of(Outputs.ALL, Outputs.stages())
                .map(outputs -> Arguments.of(options.withOutputs(outputs), spec)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyModeAndNumberOfThreadsGivesTheSameBits(Options options, ConvNeXtSpec spec) throws IOException {
        assertSameBits(options, spec);
    }

    static void assertSameBits(Options options, ConvNeXtSpec spec) throws IOException {
        List<Output> expected = batches(spec, options.withThreads(1).withMode(ExecutionMode.LATENCY));
        for (int threads : new int[] {1, 2, 3, 4}) {
            for (ExecutionMode mode : ExecutionMode.values()) {
                List<Output> outputs = batches(spec, options.withThreads(threads).withMode(mode));
                for (int batch = 0; batch < outputs.size(); batch++) {
                    assertSameBits(expected.get(batch), outputs.get(batch));
                }
            }
        }
    }

    private static void assertSameBits(Output expected, Output output) {
        assertArrayEquals(expected.logits(), output.logits());
        assertArrayEquals(expected.features(), output.features());
        assertEquals(expected.maps().size(), output.maps().size());
        for (int map = 0; map < output.maps().size(); map++) {
            assertArrayEquals(expected.maps().get(map).values(), output.maps().get(map).values());
        }
    }

    @Test
    void asManyRunsAsOneLikesGiveTheResultsOfTheirOwnImages() throws IOException {
        try (ConvNeXt model = SessionTest.model(V2, options("throughput", 2));
                Session session = model.newSession(4, EDGE, EDGE)) {
            float[] images = SyntheticCheckpoint.images(4, EDGE, EDGE);
            float[] first = session.run(MemorySegment.ofArray(images)).logits();
            float[] reversed = new float[images.length];
            int values = images.length / 4;
            for (int image = 0; image < 4; image++) {
                System.arraycopy(images, image * values, reversed, (3 - image) * values, values);
            }
            float[] second = session.run(MemorySegment.ofArray(reversed)).logits();
            for (int image = 0; image < 4; image++) {
                assertArrayEquals(Arrays.copyOfRange(first, image * 10, (image + 1) * 10),
                        Arrays.copyOfRange(second, (3 - image) * 10, (4 - image) * 10));
            }
        }
    }

    @Test
    void stepsOfImagesThatRunApartCannotBeWatched() throws IOException {
        MemorySegment images = MemorySegment.ofArray(SyntheticCheckpoint.images(2, EDGE, EDGE));
        try (ConvNeXt model = SessionTest.model(V2, options("throughput", 2));
                Session session = model.newSession(2, EDGE, EDGE)) {
            var thrown = assertThrows(IllegalStateException.class, () -> session.run(images, _ -> {}));
            assertTrue(thrown.getMessage().contains("latency mode"), thrown.getMessage());
        }
    }

    private static Options options(String mode, int threads) {
        return Options.DEFAULT.withMode(Stream.of(ExecutionMode.values())
                .filter(value -> value.toString().equals(mode)).findFirst().orElseThrow()).withThreads(threads);
    }

    /** Runs batches of several sizes. */
    private static List<Output> batches(ConvNeXtSpec spec, Options options) throws IOException {
        var outputs = new ArrayList<Output>();
        try (ConvNeXt model = SessionTest.model(spec, options)) {
            for (int batch : new int[] {1, 3, 8}) {
                try (Session session = model.newSession(batch, EDGE, EDGE)) {
                    outputs.add(session.run(MemorySegment.ofArray(SyntheticCheckpoint.images(batch, EDGE, EDGE))));
                }
            }
        }
        return outputs;
    }
}
