package io.panext.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.compile.MemoryPlan.Buffer;
import io.panext.graph.Node;
import io.panext.graph.Shape;
import io.panext.graph.Value;
import io.panext.zoo.Architecture;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Parameter;
import io.panext.zoo.ParameterShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MemoryPlanTest {

    private static final long MIB = 1 << 20;

    @Test
    void buffersAliveAtTheSameTimeNeverOverlap() {
        var random = new Random(7);
        for (int round = 0; round < 200; round++) {
            var buffers = new ArrayList<Buffer>();
            for (int i = 0; i < 1 + random.nextInt(40); i++) {
                int first = random.nextInt(20);
                buffers.add(new Buffer(64L * random.nextInt(100), first, first + random.nextInt(6)));
            }
            MemoryPlan plan = MemoryPlan.of(buffers);
            assertApart(buffers, plan);
            assertTrue(plan.bytes() >= MemoryPlan.liveBytes(buffers));
        }
    }

    private static void assertApart(List<Buffer> buffers, MemoryPlan plan) {
        for (int i = 0; i < buffers.size(); i++) {
            long end = plan.offsets().get(i) + buffers.get(i).bytes();
            assertTrue(end <= plan.bytes());
            for (int j = 0; j < i; j++) {
                boolean together = buffers.get(i).first() <= buffers.get(j).last()
                        && buffers.get(j).first() <= buffers.get(i).last();
                boolean apart = end <= plan.offsets().get(j)
                        || plan.offsets().get(j) + buffers.get(j).bytes() <= plan.offsets().get(i);
                assertTrue(!together || apart);
            }
        }
    }

    static Stream<Arguments> models() {
        return Catalogue.architectures().stream().map(Architecture::name)
                .flatMap(name -> Stream.of(Arguments.of(name, 1, 224, 224, 1), Arguments.of(name, 8, 224, 224, 2),
                        Arguments.of(name, 3, 129, 97, 4), Arguments.of(name, 1, 512, 384, 2),
                        Arguments.of(name, 2, 32, 32, 1)));
    }

    /** The bound is worked out anew, from the printed steps alone. */
    @ParameterizedTest(name = "{0} {1}x{2}x{3}, {4} workers")
    @MethodSource("models")
    void theArenaHoldsWhatIsAliveAtTheBusiestStepAndNoMore(String name, int batch, int height, int width,
            int workers) {
        Plan plan = plan(name, batch, height, width, workers, ExecutionMode.LATENCY);
        assertEquals(busiestStep(plan), plan.arenaBytes());
    }

    @ParameterizedTest(name = "{0} {1}x{2}x{3}, {4} workers")
    @MethodSource("models")
    void nothingIsWastedWhereImagesAreRunApart(String name, int batch, int height, int width, int workers) {
        Plan plan = plan(name, batch, height, width, workers, ExecutionMode.THROUGHPUT);
        assertEquals(plan.liveBytes(), plan.arenaBytes());
        assertTrue(
                plan.arenaBytes() <= workers * plan(name, batch, height, width, 1, ExecutionMode.LATENCY).arenaBytes());
    }

    @Test
    void attoNeedsAtMostFourMebibytes() {
        assertTrue(plan("convnextv2_atto", 1, 224, 224, 1, ExecutionMode.LATENCY).arenaBytes() <= 4 * MIB);
        assertTrue(plan("convnextv2_atto", 1, 224, 224, 2, ExecutionMode.LATENCY).arenaBytes() <= 4 * MIB);
    }

    private static long busiestStep(Plan plan) {
        var births = new HashMap<Value, Integer>();
        var deaths = new HashMap<Value, Integer>();
        var bytes = new HashMap<Value, Long>();
        for (int i = 0; i < plan.steps().size(); i++) {
            Plan.Step step = plan.steps().get(i);
            Node node = step.node();
            for (int k = 0; k < node.inputs().size(); k++) {
                births.putIfAbsent(node.inputs().get(k), 0);
                deaths.put(node.inputs().get(k), i);
                bytes.put(node.inputs().get(k), step.inputs().get(k).bytes());
            }
            for (int k = 0; k < node.outputs().size(); k++) {
                births.put(node.outputs().get(k), i);
                deaths.put(node.outputs().get(k), i);
                bytes.put(node.outputs().get(k), step.outputs().get(k).bytes());
            }
        }
        // What the caller reads lives on to the last step.
        List<Plan.Place> kept = Stream.of(plan.logits(), plan.probabilities()).flatMap(place -> place.stream())
                .collect(Collectors.toCollection(ArrayList::new));
        kept.add(plan.features().orElseThrow());
        int end = plan.steps().size() - 1;
        for (Plan.Step step : plan.steps()) {
            for (int k = 0; k < step.outputs().size(); k++) {
                if (kept.contains(step.outputs().get(k)) && step.node().name().startsWith("head.")) {
                    deaths.put(step.node().outputs().get(k), end);
                }
            }
        }
        long busiest = 0;
        for (int i = 0; i <= end; i++) {
            int step = i;
            long alive = plan.steps().get(i).scratchBytes() * plan.workers() + births.keySet().stream()
                    .filter(value -> births.get(value) <= step && step <= deaths.get(value)).mapToLong(bytes::get)
                    .sum();
            busiest = Math.max(busiest, alive);
        }
        return busiest;
    }

    private static Plan plan(String name, int batch, int height, int width, int workers,
            ExecutionMode mode) {
        ConvNeXtSpec spec = Catalogue.get(name).spec();
        Map<String, Parameter> parameters = spec.parameters().stream()
                .collect(Collectors.toMap(ParameterShape::name, Function.identity())).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> new Shaped(e.getKey(), e.getValue().shape())));
        Program program = ConvNeXt.compile(spec, parameters::get, Options.DEFAULT,
                new Shape(1, 224, 224, 3), note -> fail(note));
        return Plan.of(program, new Shape(batch, height, width, 3), workers, mode);
    }

    /** A parameter without values: plans need none. */
    private record Shaped(String name, List<Integer> shape) implements Parameter {

        @Override
        public float[] values() {
            throw new AssertionError("a plan read " + name);
        }
    }
}
