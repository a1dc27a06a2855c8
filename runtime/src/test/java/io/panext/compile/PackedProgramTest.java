package io.panext.compile;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.graph.GraphBuilder;
import io.panext.graph.Outputs;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.lang.foreign.SegmentAllocator;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class PackedProgramTest {

    /** Packs for as long as nobody interrupts it. */
    private static final class Endless implements Kernel {

        @Override
        public String name() {
            return "endless";
        }

        @Override
        public long weightBytes() {
            return 0;
        }

        @Override
        public PackedKernel pack(SegmentAllocator allocator) {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                // What has been begun is finished.
            }
            return _ -> null;
        }
    }

    @Test
    void anInterruptedThreadGetsNoProgramThatLacksKernels() throws CheckpointException {
        List<Selection.Choice> choices = Collections.nCopies(3, new Selection.Choice(new Endless(), "the only one"));
        ConvNeXtSpec spec = ConvNeXtSpec.v1(List.of(1), List.of(8), 2);
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(spec))) {
            var program = new Program(GraphBuilder.build(spec, weights::parameter, Outputs.ALL), choices);
            Thread.currentThread().interrupt();
            assertThrows(CancellationException.class, () -> PackedProgram.pack(program, 1));
            assertTrue(Thread.interrupted());
        }
    }
}
