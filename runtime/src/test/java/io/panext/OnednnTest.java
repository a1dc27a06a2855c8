package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.onednn.NativeObject;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** oneDNN's kernels against those of the Vector API, on odd shapes and shares, for many runs and for a few. */
class OnednnTest {

    /** Another order of fp32 roundings, nothing else. */
    private static final float TOLERANCE = 2e-5f;

    private static final List<ConvNeXtSpec> SPECS = List.of(
            ConvNeXtSpec.v1(List.of(1, 1, 2, 1), List.of(16, 32, 64, 128), 10),
            ConvNeXtSpec.v2(List.of(1, 2, 1, 1), List.of(24, 40, 56, 88), 17),
            ConvNeXtSpec.v2(List.of(1, 1, 1, 1), List.of(5, 7, 11, 13), 3),
            ConvNeXtSpec.v2(List.of(1, 1), List.of(64, 512), 5),
            ConvNeXtSpec.v1(List.of(2, 1), List.of(20, 36), 0));

    static Stream<Arguments> shapes() {
        int[][] sizes = {{1, 32, 32, 1}, {2, 33, 63, 2}, {1, 64, 96, 3}, {3, 47, 129, 2}, {1, 225, 40, 5}};
        return SPECS.stream().flatMap(spec -> Arrays.stream(sizes)
                .map(size -> Arguments.of(spec, size[0], size[1], size[2], size[3])));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void givesWhatTheVectorApiGives(ConvNeXtSpec spec, int batch, int height, int width, int threads)
            throws IOException {
        Options options = Options.DEFAULT.withThreads(threads);
        Output simd = run(spec, options.withBackend(BackendChoice.SIMD), batch, height, width);
        for (long expectedRuns : new long[] {Long.MAX_VALUE, 1}) {
            Output onednn = run(spec, options.withBackend(BackendChoice.ONEDNN).withExpectedRuns(expectedRuns), batch,
                    height, width);
            assertArrayEquals(simd.features(), onednn.features(), TOLERANCE);
            assertArrayEquals(simd.logits(), onednn.logits(), TOLERANCE);
        }
    }

    static Stream<Arguments> models() {
        Options options = Options.DEFAULT.withBackend(BackendChoice.ONEDNN);
        return Stream.of(options, options.withExpectedRuns(1)).flatMap(ExecutionModeTest::models);
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyModeAndNumberOfThreadsGivesTheSameBits(Options options, ConvNeXtSpec spec) throws IOException {
        ExecutionModeTest.assertSameBits(options, spec);
    }

    @Test
    void sessionsOfManySizesLeaveNoMoreThanAFewPlansBehind() throws IOException {
        Options options = Options.DEFAULT.withThreads(2).withBackend(BackendChoice.ONEDNN);
        SessionTest.model(SPECS.getFirst(), options).close();
        long before = NativeObject.live();
        try (ConvNeXt model = SessionTest.model(SPECS.getFirst(), options)) {
            var live = new ArrayList<Long>();
            for (int size = 32; size < 32 + 80; size++) {
                model.newSession(1, size, size).close();
                live.add(NativeObject.live() - before);
            }
            long half = live.get(39);
            long whole = live.getLast();
            assertTrue(whole < 1.2 * half, "native objects after 40 sizes: " + half + ", after 80: " + whole);
        }
        assertEquals(before, NativeObject.live());
    }

    private static Output run(ConvNeXtSpec spec, Options options, int batch, int height, int width)
            throws IOException {
        try (ConvNeXt model = SessionTest.model(spec, options);
                Session session = model.newSession(batch, height, width)) {
            return session.run(MemorySegment.ofArray(SyntheticCheckpoint.images(batch, height, width)));
        }
    }
}
