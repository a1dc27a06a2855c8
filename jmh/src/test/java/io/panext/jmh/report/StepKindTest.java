package io.panext.jmh.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.panext.BackendChoice;
import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.compile.ExecutionMode;
import io.panext.compile.Plan;
import io.panext.graph.Shape;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class StepKindTest {

    /** One worker runs them joined, eight have too few rows for that. */
    @Test
    void joinedLinearsDoTheSameWorkOnFewerBytes() throws CheckpointException {
        Plan joined = plan(1);
        Plan apart = plan(8);
        assertEquals(apart.steps().size() - 12, joined.steps().size());
        assertEquals(sums(apart, StepKind::flop), sums(joined, StepKind::flop));
        assertEquals(sums(apart, StepKind::geluFlop), sums(joined, StepKind::geluFlop));
        assertEquals(sums(apart, StepKind::weightBytes), sums(joined, StepKind::weightBytes));
        // three maps instead of those and the hidden one twice
        String part = "linears of stage 1";
        assertEquals(3 / 11.0, sums(joined, StepKind::mapBytes).get(part) / sums(apart, StepKind::mapBytes).get(part));
    }

    private static Map<String, Double> sums(Plan plan, ToDoubleFunction<StepKind> amount) {
        return plan.steps().stream().map(StepKind::of)
                .collect(Collectors.groupingBy(StepKind::part, Collectors.summingDouble(amount)));
    }

    private static Plan plan(int workers) throws CheckpointException {
        ConvNeXtSpec spec = Catalogue.get("convnext_atto").spec();
        var images = new Shape(1, 64, 64, 3);
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(spec))) {
            return Plan.of(ConvNeXt.compile(spec, weights::parameter,
                    Options.DEFAULT.withBackend(BackendChoice.SIMD), images, note -> fail(note)), images, workers,
                    ExecutionMode.LATENCY);
        }
    }
}
