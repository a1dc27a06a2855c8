package io.panext.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.panext.BackendChoice;
import io.panext.jmh.peer.Workload;
import io.panext.onednn.Onednn;
import io.panext.onednn.OnednnUnavailableException;
import io.panext.zoo.checkpoint.CheckpointException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LayerKernelTest {

    /** Opening compares the results. */
    @ParameterizedTest
    @EnumSource
    void bothBackendsDoTheSameWorkInEveryStage(Layer layer) throws CheckpointException, OnednnUnavailableException {
        assumeTrue(Onednn.find().isPresent());
        for (int stage = 0; stage < 4; stage++) {
            LayerKernel benchmark = benchmark(layer, stage, BackendChoice.ONEDNN);
            benchmark.open();
            benchmark.run();
            benchmark.close();
        }
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
