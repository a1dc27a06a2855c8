package io.panext.compile;

import io.panext.arena.TensorArena;
import io.panext.compile.Plan.Place;
import io.panext.compile.Plan.Step;
import io.panext.graph.Graph;
import io.panext.graph.Node;
import io.panext.graph.Shape;
import io.panext.graph.Value;
import io.panext.kernels.Matrix;
import io.panext.kernels.Share;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The steps of a program on images that run together, and a place in memory for every value.
 *
 * <p>A node that runs image by image is a step for each of them. What it shares with nodes that run on all images, or with
 * the caller, has a place for all, of which each step has its image's part; all else has a place for one image, which the
 * next one takes over.
 */
final class Layout {

    /** Instead of the number of an image: all of them. */
    private static final int ALL = -1;

    private final Schedule schedule;
    private final Shape images;
    private final int workers;
    private final Map<Value, Shape> shapes;
    private final Map<Value, Shape> single;
    private final Map<Value, Place> places = new HashMap<>();
    private final List<Run> runs;
    private final List<Step> steps;
    private final long liveBytes;
    private final long bytes;

    /** The schedule's node {@code index} on one image or {@link #ALL}. */
    private record Run(int index, Node node, int image) {}

    /** A step that is given the images of a run, and works on one of them. */
    private record OneImage(Task task, int image, int count) implements Task {

        @Override
        public void run(MemorySegment images, Share share) {
            long size = images.byteSize() / count;
            task.run(images.asSlice(image * size, size), share);
        }

        @Override
        public void close() {
            task.close();
        }
    }

    /**
     * Lays a program out.
     *
     * @param images  shape of the input
     * @param workers threads that share each step
     * @param whole   whether every step is to be for all images
     */
    Layout(Program program, Shape images, int workers, boolean whole) {
        this.schedule = Schedule.of(program, images, workers, whole);
        this.images = images;
        this.workers = workers;
        this.shapes = graph().shapes(images);
        this.single = schedule.apart() == 0 ? shapes : graph().shapes(images.withImages(1));
        List<Value> values = shapes.keySet().stream().sorted(Comparator.comparingInt(Value::id)).toList();
        long[] scratch = scratchBytes();

        var buffers = new ArrayList<MemoryPlan.Buffer>();
        values.forEach(value -> buffers.add(buffer(value)));
        for (int node = 0; node < scratch.length; node++) {
            buffers.add(new MemoryPlan.Buffer(scratch[node] * workers, node, node));
        }
        MemoryPlan memory = MemoryPlan.of(buffers);

        for (int i = 0; i < values.size(); i++) {
            places.put(values.get(i), new Place((isWhole(values.get(i)) ? shapes : single).get(values.get(i)),
                    memory.offsets().get(i), buffers.get(i).bytes()));
        }
        this.runs = runs();
        this.steps = runs.stream().map(
                run -> step(run, memory.offsets().get(values.size() + run.index()), scratch[run.index()])).toList();
        this.liveBytes = MemoryPlan.liveBytes(buffers);
        this.bytes = memory.bytes();
    }

    private Graph graph() {
        return schedule.graph();
    }

    private List<Run> runs() {
        List<Node> nodes = graph().nodes();
        Stream<Run> apart = IntStream.range(0, images.images()).boxed().flatMap(
                image -> IntStream.range(0, schedule.apart()).mapToObj(i -> new Run(i, nodes.get(i), image)));
        Stream<Run> together = IntStream.range(schedule.apart(), nodes.size())
                .mapToObj(i -> new Run(i, nodes.get(i), ALL));
        return Stream.concat(apart, together).toList();
    }

    private long[] scratchBytes() {
        List<Node> nodes = graph().nodes();
        return IntStream.range(0, nodes.size()).mapToLong(i -> {
            Shape input = (i < schedule.apart() ? single : shapes).get(nodes.get(i).input());
            return TensorArena.aligned(schedule.kernel(i).scratchBytes(input, workers));
        }).toArray();
    }

    private boolean isWhole(Value value) {
        return value.equals(graph().input()) || graph().isOutput(value)
                || graph().nodes().stream().skip(schedule.apart())
                        .anyMatch(node -> node.inputs().contains(value) || node.outputs().contains(value));
    }

    /** What images have in common lives while nodes run image by image, from the first image's on to the last one's. */
    private MemoryPlan.Buffer buffer(Value value) {
        List<Node> nodes = graph().nodes();
        int end = nodes.size() - 1;
        // what no node writes comes with the images
        int first = IntStream.rangeClosed(0, end).filter(i -> nodes.get(i).outputs().contains(value)).findFirst()
                .orElse(0);
        int last = graph().isOutput(value)
                ? end
                : IntStream.rangeClosed(0, end).filter(i -> nodes.get(i).inputs().contains(value)).max().orElse(first);
        if (!isWhole(value)) {
            return new MemoryPlan.Buffer(bytes(value, single), first, last);
        }
        int apart = schedule.apart();
        return new MemoryPlan.Buffer(TensorArena.aligned(bytes(value, shapes)), first < apart ? 0 : first,
                last < apart ? apart - 1 : last);
    }

    private long bytes(Value value, Map<Value, Shape> of) {
        return value.equals(graph().input()) ? Plan.imageBytes(of.get(value)) : of.get(value).bytes();
    }

    private Step step(Run run, long scratch, long scratchBytes) {
        List<Place> inputs = run.node().inputs().stream().map(value -> place(value, run.image())).toList();
        List<Place> outputs = run.node().outputs().stream().map(value -> place(value, run.image())).toList();
        return new Step(run.node(), schedule.entries().get(run.index()).choice(), inputs, outputs, scratch,
                scratchBytes, run.node().op().macs(inputs.getFirst().shape()));
    }

    private Place place(Value value, int image) {
        Place place = places.get(value);
        if (image == ALL || !isWhole(value)) {
            return place;
        }
        long size = bytes(value, single);
        return new Place(single.get(value), place.offset() + image * size, size);
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
                tasks.add(bind(weights, runs.get(i), steps.get(i), memory));
            }
            return List.copyOf(tasks);
        } catch (RuntimeException | Error e) {
            tasks.forEach(Task::close);
            throw e;
        }
    }

    private Task bind(PackedProgram weights, Run run, Step step, MemorySegment memory) {
        boolean readsImages = run.node().input().equals(graph().input());
        List<Matrix> inputs = step.inputs().stream().skip(readsImages ? 1 : 0).map(place -> place.in(memory)).toList();
        List<MemorySegment> scratch = IntStream.range(0, workers).mapToObj(
                worker -> memory.asSlice(step.scratch() + worker * step.scratchBytes(), step.scratchBytes())).toList();
        Place input = place(graph().input(), run.image());
        var operands = new Operands(step.inputs().getFirst().shape(), inputs,
                step.outputs().stream().map(place -> place.in(memory)).toList(), scratch,
                memory.asSlice(input.offset(), Plan.imageBytes(input.shape())));
        Task task = schedule.entries().get(run.index()).bind(weights, operands);
        return readsImages && run.image() != ALL ? new OneImage(task, run.image(), images.images()) : task;
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
