package io.panext;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.panext.compile.Program;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compiled kernels keep vectors in registers. Where HotSpot cannot compile a kernel, or runs out of inlining budget in
 * it, every vector becomes a heap object and the kernel takes up to a hundred times as long.
 */
@Tag("models")
@VectorsInRegisters
class AllocationTest {

    /** Views of the maps take up to 4 MB, at 128 bits; the vectors of one kernel on the heap would take 20 MB or more. */
    private static final long LIMIT_BYTES = 8_000_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ParameterizedTest
    @ValueSource(strings = {"convnextv2_atto", "convnext_atto"})
    void aWarmModelPutsNoVectorsOnTheHeap(String architecture) throws IOException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        MemorySegment images = MemorySegment.ofArray(SyntheticCheckpoint.images(1, 224, 224));
        try (ConvNeXt model = GoldenTest.synthetic(architecture, 1, Program.Options.FAST);
                Session session = model.newSession(1, 224, 224)) {
            long allocated = Long.MAX_VALUE;
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (allocated > LIMIT_BYTES && System.nanoTime() - end < 0) {
                long before = threads.getCurrentThreadAllocatedBytes();
                session.run(images);
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertTrue(allocated <= LIMIT_BYTES, "a warm run allocates " + allocated + " bytes");
        }
    }
}
