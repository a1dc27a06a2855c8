package io.panext.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.panext.BackendChoice;
import io.panext.compile.Backend;
import io.panext.compile.Kernel;
import io.panext.compile.PackedKernel;
import io.panext.jmh.peer.Workload;
import io.panext.onednn.Onednn;
import io.panext.onednn.OnednnUnavailableException;
import io.panext.simd.SimdBackend;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.ModelWeights;
import java.io.UncheckedIOException;
import java.lang.foreign.SegmentAllocator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LayerKernelTest {

    /** Opening compares the results. */
    @ParameterizedTest
    @EnumSource
    void simdGivesTheExactResultInEveryStage(Layer layer) throws CheckpointException, OnednnUnavailableException {
        openEveryStage(layer, BackendChoice.SIMD);
    }

    @ParameterizedTest
    @EnumSource
    void onednnGivesTheExactResultInEveryStage(Layer layer) throws CheckpointException, OnednnUnavailableException {
        assumeTrue(Onednn.find().isPresent());
        openEveryStage(layer, BackendChoice.ONEDNN);
    }

    private static void openEveryStage(Layer layer, BackendChoice backend)
            throws CheckpointException, OnednnUnavailableException {
        for (int stage = 0; stage < 4; stage++) {
            LayerKernel benchmark = benchmark(layer, stage, backend);
            benchmark.open();
            benchmark.run();
            benchmark.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anotherResultIsFoundOut(Layer layer) throws CheckpointException {
        Backend idle = op -> new SimdBackend().kernels(op).map(IdleKernel::new);
        try (var run = new LayerRun(layer, idle, new Workload("convnextv2_atto", 1, 64, 1), 1)) {
            var e = assertThrows(IllegalStateException.class, run::requireExactResult);
            assertTrue(e.getMessage().contains("idle"), e.getMessage());
        }
    }

    /** The work is that of a session: linears with nothing between them are one step. */
    @Test
    void twoLinearsAreJoinedWhereAPlanJoinsThem() throws CheckpointException {
        assertEquals(List.of(2, 2, 2, 3, 2), Stream.of(Layer.values()).map(LayerKernelTest::steps).toList());
    }

    @Test
    void aBackendThatHasNoKernelOfItsOwnIsRefused() {
        LayerKernel benchmark = benchmark(Layer.DEPTHWISE, 0, BackendChoice.AUTO);
        assertThrows(IllegalStateException.class, benchmark::open);
    }

    @Test
    void countsWhatIsMultipliedAndAdded() throws CheckpointException {
        var work = new Workload("convnextv2_tiny", 1, 224, 1);
        assertEquals(2.0 * 49 * 28 * 28 * 192, Layer.DEPTHWISE.flop(work, 1));
        assertEquals(2.0 * 56 * 56 * 96 * 384, Layer.LINEAR_GELU.flop(work, 0));
        assertEquals(Layer.LINEAR_GELU.flop(work, 3), Layer.LINEAR_ADD.flop(work, 3));
        assertEquals(2 * Layer.LINEAR_ADD.flop(work, 2), Layer.MLP.flop(work, 2));
        assertEquals(0, Layer.LAYER_NORM.flop(work, 2));
    }

    private static int steps(Layer layer) {
        var work = new Workload("convnext_atto", 1, 64, 1);
        try (ModelWeights weights = work.weights()) {
            return Layer.plan(layer.program(new SimdBackend(), weights, 0), work, 0).steps().size();
        } catch (CheckpointException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves memory as it is. */
    private record IdleKernel(Kernel real) implements Kernel {

        @Override
        public String name() {
            return "idle " + real.name();
        }

        @Override
        public long weightBytes() {
            return 0;
        }

        @Override
        public PackedKernel pack(SegmentAllocator allocator) {
            return _ -> (_, _) -> {};
        }
    }

    private static LayerKernel benchmark(Layer layer, int stage, BackendChoice backend) {
        var benchmark = new LayerKernel();
        benchmark.model = "convnextv2_atto";
        benchmark.batch = 1;
        benchmark.size = 64;
        benchmark.layer = layer;
        benchmark.stage = stage;
        benchmark.backend = backend;
        return benchmark;
    }
}
