package io.panext.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.panext.BackendChoice;
import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where the two linears of a block are one step. */
class ScheduleTest {

    @Test
    void everywhereForOneWorker() throws CheckpointException {
        assertEquals(List.of("0", "1", "2", "3"), stages(plan("convnext_tiny", 1, 224, 1)));
        assertEquals(List.of("0", "1", "2", "3"), stages(plan("convnext_tiny", 1, 32, 1)));
    }

    @Test
    void whereRowsSufficeForMany() throws CheckpointException {
        assertEquals(List.of("0", "1", "2"), stages(plan("convnext_tiny", 1, 224, 2)));
        assertEquals(List.of("0", "1"), stages(plan("convnext_tiny", 1, 224, 8)));
        assertEquals(List.of("0", "1", "2", "3"), stages(plan("convnext_tiny", 8, 224, 2)));
    }

    @Test
    void nowhereWithResponseNorm() throws CheckpointException {
        assertEquals(List.of(), stages(plan("convnextv2_atto", 1, 224, 1)));
    }

    @Test
    void noWorkIsLost() throws CheckpointException {
        Plan plan = plan("convnext_tiny", 2, 224, 2);
        ConvNeXtSpec spec = Catalogue.get("convnext_tiny").spec();
        assertEquals(2 * spec.macs(224, 224), plan.macs());
        assertEquals(plan.weightBytes(),
                plan.steps().stream().mapToLong(step -> step.choice().kernel().weightBytes()).sum());
    }

    /** Three maps of the first stage, and some rows of the hidden one, of which a whole would take four more. */
    @Test
    void theHiddenMapTakesNoMemory() throws CheckpointException {
        long map = 4L * 56 * 56 * 96;
        long hiddenRows = 4L * 294 * 4 * 96;
        assertEquals(3 * map + hiddenRows, plan("convnext_tiny", 1, 224, 1).arenaBytes());
        assertTrue(plan("convnext_tiny", 1, 224, 2).arenaBytes() <= 3 * map + 2 * hiddenRows);
        assertEquals(24 * map + hiddenRows, plan("convnext_tiny", 8, 224, 1).arenaBytes());
    }

    private static List<String> stages(Plan plan) {
        return plan.steps().stream().filter(step -> step.node().op() instanceof Op.Mlp)
                .map(step -> step.node().name().substring("stages.".length(), "stages.".length() + 1)).distinct()
                .toList();
    }

    private static Plan plan(String name, int batch, int size, int workers) throws CheckpointException {
        ConvNeXtSpec spec = Catalogue.get(name).spec();
        var images = new Shape(batch, size, size, 3);
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(spec))) {
            Program program = ConvNeXt.compile(spec, weights::parameter,
                    Options.DEFAULT.withBackend(BackendChoice.SIMD), images, note -> fail(note));
            return Plan.of(program, images, workers, ExecutionMode.LATENCY);
        }
    }
}
