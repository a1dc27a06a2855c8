package io.panext.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.BackendChoice;
import io.panext.ConvNeXt;
import io.panext.Mask;
import io.panext.MaskedAutoencoder;
import io.panext.Options;
import io.panext.graph.Shape;
import io.panext.zoo.Architecture;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Generation;
import io.panext.zoo.Parameter;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Memory falls with what is visible. */
class MaskedPlanTest {

    /** The whole family on the Vector API; on oneDNN, which describes primitives to plan, two sizes that take seconds. */
    static Stream<Arguments> family() {
        Stream<Arguments> simd = Catalogue.architectures().stream()
                .filter(architecture -> architecture.spec().generation() == Generation.V2)
                .map(architecture -> Arguments.of(architecture, BackendChoice.SIMD));
        Stream<Arguments> onednn = Stream.of("convnextv2_atto", "convnextv2_tiny")
                .map(name -> Arguments.of(Catalogue.get(name), BackendChoice.ONEDNN));
        return Stream.concat(simd, onednn);
    }

    @ParameterizedTest
    @MethodSource("family")
    void memoryOfAMaskedEncoderFallsWithTheMask(Architecture architecture, BackendChoice backend) throws IOException {
        Options options = Options.DEFAULT.withThreads(1).withBackend(backend);
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(architecture.spec()))) {
            for (int batch : new int[] {1, 8}) {
                long dense = dense(architecture.spec(), weights::parameter, options, batch);
                assertAtMost(0.42, masked(architecture.spec(), weights::parameter, options, batch, 0.6), dense);
                assertAtMost(0.28, masked(architecture.spec(), weights::parameter, options, batch, 0.75), dense);
            }
        }
    }

    /** With factors in the rows of the first stage instead, 0.271. */
    @Test
    void factorsGoIntoWeightsThatTakeLessMemoryThanRows() throws IOException {
        ConvNeXtSpec spec = Catalogue.get("convnextv2_tiny").spec();
        Options options = Options.DEFAULT.withThreads(1).withBackend(BackendChoice.SIMD);
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(spec))) {
            long dense = dense(spec, weights::parameter, options, 1);
            assertAtMost(0.265, masked(spec, weights::parameter, options, 1, 0.75), dense);
        }
    }

    private static void assertAtMost(double share, long masked, long dense) {
        assertTrue(masked <= share * dense, () -> masked + " bytes are " + (double) masked / dense + " of " + dense);
    }

    private static long dense(ConvNeXtSpec spec, Function<String, Parameter> parameters, Options options, int batch) {
        var images = new Shape(batch, 224, 224, 3);
        return Plan
                .of(ConvNeXt.compile(spec, parameters, options, images, Assertions::fail), images, 1,
                        ExecutionMode.LATENCY)
                .arenaBytes();
    }

    private static long masked(ConvNeXtSpec spec, Function<String, Parameter> parameters, Options options, int batch,
            double ratio) {
        Shape images = MaskedAutoencoder.images(spec, 224, 224, Mask.visible(Mask.random(batch, 7, 7, ratio, 0)));
        Plan plan = Plan.of(MaskedAutoencoder.compile(spec, Optional.empty(), parameters, options, images,
                Assertions::fail), images, 1, ExecutionMode.LATENCY);
        assertEquals(plan.liveBytes(), plan.arenaBytes());
        return plan.arenaBytes();
    }
}
