package io.panext.compile;

import io.panext.arena.TensorArena;
import io.panext.compile.Plan.Place;
import io.panext.compile.Plan.Step;
import io.panext.graph.Graph;
import io.panext.graph.Node;
import io.panext.graph.Shape;
import io.panext.graph.Value;
import io.panext.kernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The steps of a program on images that run together, and a place in memory for every value. */
final class Layout {

    private final Schedule schedule;
    private final Shape images;
    private final int workers;
    private final Map<Value, Place> places;
    private final List<Step> steps;
    private final long liveBytes;
    private final long bytes;

    /**
     * Lays a program out.
     *
     * @param images  shape of the input
     * @param workers threads that share each step
     */
    Layout(Program program, Shape images, int workers) {
        this.schedule = Schedule.of(program, images, workers);
        this.images = images;
        this.workers = workers;
        Map<Value, Shape> shapes = schedule.graph().shapes(images);
        List<Value> values = shapes.keySet().stream().sorted(Comparator.comparingInt(Value::id)).toList();
        long[] scratch = scratchBytes(shapes);

        var buffers = new ArrayList<MemoryPlan.Buffer>();
        values.forEach(value -> buffers.add(buffer(value, shapes.get(value))));
        for (int step = 0; step < scratch.length; step++) {
            buffers.add(new MemoryPlan.Buffer(scratch[step] * workers, step, step));
        }
        MemoryPlan memory = MemoryPlan.of(buffers);

        this.places = new HashMap<>();
        for (int i = 0; i < values.size(); i++) {
            places.put(values.get(i),
                    new Place(shapes.get(values.get(i)), memory.offsets().get(i), buffers.get(i).bytes()));
        }
        this.steps = IntStream.range(0, scratch.length)
                .mapToObj(i -> step(i, memory.offsets().get(values.size() + i), scratch[i])).toList();
        this.liveBytes = MemoryPlan.liveBytes(buffers);
        this.bytes = memory.bytes();
    }

    private long[] scratchBytes(Map<Value, Shape> shapes) {
        List<Node> nodes = schedule.graph().nodes();
        return IntStream.range(0, nodes.size()).mapToLong(i -> TensorArena
                .aligned(schedule.kernel(i).scratchBytes(shapes.get(nodes.get(i).input()), workers))).toArray();
    }

    private MemoryPlan.Buffer buffer(Value value, Shape shape) {
        Graph graph = schedule.graph();
        if (value.equals(graph.input())) {
            return new MemoryPlan.Buffer(TensorArena.aligned(Plan.imageBytes(shape)), 0, 0);
        }
        int end = graph.nodes().size() - 1;
        // what no node writes comes with the images
        int first = IntStream.rangeClosed(0, end).filter(i -> graph.nodes().get(i).outputs().contains(value))
                .findFirst().orElse(0);
        int last = graph.isOutput(value)
                ? end
                : IntStream.rangeClosed(0, end)
                        .filter(i -> graph.nodes().get(i).inputs().contains(value)).max().orElse(first);
        return new MemoryPlan.Buffer(shape.bytes(), first, last);
    }

    private Step step(int index, long scratch, long scratchBytes) {
        Node node = schedule.graph().nodes().get(index);
        List<Place> inputs = node.inputs().stream().map(places::get).toList();
        List<Place> outputs = node.outputs().stream().map(places::get).toList();
        return new Step(node, schedule.entries().get(index).choice(), inputs, outputs, scratch, scratchBytes,
                node.op().macs(inputs.getFirst().shape()));
    }

    /**
     * Returns a task for each step, to be closed by the caller.
     *
     * @param memory {@link #bytes()} bytes
     */
    List<Task> bind(PackedProgram weights, MemorySegment memory) {
        var tasks = new ArrayList<Task>();
        try {
            for (int i = 0; i < steps.size(); i++) {
                tasks.add(schedule.entries().get(i).bind(weights, operands(steps.get(i), memory)));
            }
            return List.copyOf(tasks);
        } catch (RuntimeException | Error e) {
            tasks.forEach(Task::close);
            throw e;
        }
    }

    private Operands operands(Step step, MemorySegment memory) {
        boolean readsImages = step.node().input().equals(schedule.graph().input());
        List<Matrix> inputs = step.inputs().stream().skip(readsImages ? 1 : 0).map(place -> place.in(memory)).toList();
        List<MemorySegment> scratch = IntStream.range(0, workers).mapToObj(
                worker -> memory.asSlice(step.scratch() + worker * step.scratchBytes(), step.scratchBytes())).toList();
        return new Operands(step.inputs().getFirst().shape(), inputs,
                step.outputs().stream().map(place -> place.in(memory)).toList(), scratch,
                memory.asSlice(place(schedule.graph().input()).offset(), Plan.imageBytes(images)));
    }

    /** Returns the place of a value. */
    Place place(Value value) {
        return places.get(value);
    }

    /** The steps in the order in which they run. */
    List<Step> steps() {
        return steps;
    }

    /** The most bytes alive during a step. */
    long liveBytes() {
        return liveBytes;
    }

    /** Bytes of the memory that it takes. */
    long bytes() {
        return bytes;
    }
}
