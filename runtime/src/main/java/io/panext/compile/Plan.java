package io.panext.compile;

import io.panext.arena.TensorArena;
import io.panext.graph.Graph;
import io.panext.graph.Node;
import io.panext.graph.Shape;
import io.panext.graph.Value;
import io.panext.kernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A program for one batch, image size and number of workers: what runs, step by step, and where in memory.
 *
 * <p>Immutable; needs no weights, and tells how much memory a session takes before there is one.
 */
public final class Plan {

    private final Program program;
    private final Shape images;
    private final int workers;
    private final Map<Value, Place> places;
    private final List<Step> steps;
    private final long liveBytes;
    private final long arenaBytes;

    /**
     * A value's place in a session's memory.
     *
     * @param shape  its shape
     * @param offset where it starts, in bytes
     * @param bytes  how much it takes
     */
    public record Place(Shape shape, long offset, long bytes) {

        /** Returns the view of this place in a session's memory. */
        public Matrix in(MemorySegment memory) {
            return Matrix.aligned(memory, offset, shape.rows(), shape.channels());
        }
    }

    /**
     * One step.
     *
     * @param node    the op and its values
     * @param choice  what runs it, and why
     * @param inputs  places of the values it reads
     * @param outputs places of the values it writes
     * @param scratch offset of the workers' scratch memory, in bytes
     * @param scratchBytes bytes of scratch memory for each worker
     * @param macs    multiply-accumulates of convolutions and linears
     */
    public record Step(Node node, Selection.Choice choice, List<Place> inputs, List<Place> outputs, long scratch,
            long scratchBytes, long macs) {}

    /** Places of what belongs to masked images: see {@link Graph.Masked}. */
    public record Masked(Place table, Place latent, Optional<Place> prediction) {}

    private Plan(Program program, Shape images, int workers) {
        this.program = program;
        this.images = images;
        this.workers = workers;
        Graph graph = program.graph();
        Map<Value, Shape> shapes = graph.shapes(images);
        var values = new ArrayList<Value>(shapes.keySet());
        values.sort((a, b) -> Integer.compare(a.id(), b.id()));
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
        this.arenaBytes = memory.bytes();
    }

    /**
     * Plans a program.
     *
     * @param images  shape of the input: batch, height and width, three channels; with what is visible if the program
     *                is for masked images
     * @param workers threads that share each step
     * @throws IllegalArgumentException if the images are too small or too large for the network
     */
    public static Plan of(Program program, Shape images, int workers) {
        if (workers < 1) {
            throw new IllegalArgumentException(workers + " workers");
        }
        return new Plan(program, images, workers);
    }

    private long[] scratchBytes(Map<Value, Shape> shapes) {
        List<Node> nodes = program.graph().nodes();
        List<Kernel> kernels = program.kernels();
        return IntStream.range(0, nodes.size())
                .mapToLong(i -> aligned(kernels.get(i).scratchBytes(shapes.get(nodes.get(i).input()), workers)))
                .toArray();
    }

    private MemoryPlan.Buffer buffer(Value value, Shape shape) {
        Graph graph = program.graph();
        if (value.equals(graph.input())) {
            return new MemoryPlan.Buffer(aligned(imageBytes(shape)), 0, 0);
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
        Node node = program.graph().nodes().get(index);
        List<Place> inputs = node.inputs().stream().map(places::get).toList();
        List<Place> outputs = node.outputs().stream().map(places::get).toList();
        return new Step(node, program.choices().get(index), inputs, outputs, scratch, scratchBytes,
                node.op().macs(inputs.getFirst().shape()));
    }

    /**
     * Returns the tasks of a session, which closes them.
     *
     * @param weights the packed program
     * @param memory  at least {@link #arenaBytes()} bytes of the session's own
     */
    public List<Task> bind(PackedProgram weights, MemorySegment memory) {
        if (!weights.program().equals(program)) {
            throw new IllegalArgumentException("these weights are another program's");
        }
        var tasks = new ArrayList<Task>();
        try {
            for (int i = 0; i < steps.size(); i++) {
                tasks.add(weights.kernel(i).bind(operands(steps.get(i), memory)));
            }
            return List.copyOf(tasks);
        } catch (RuntimeException | Error e) {
            tasks.forEach(Task::close);
            throw e;
        }
    }

    private Operands operands(Step step, MemorySegment memory) {
        boolean readsImages = step.node().input().equals(program.graph().input());
        List<Matrix> inputs = step.inputs().stream().skip(readsImages ? 1 : 0).map(place -> place.in(memory)).toList();
        List<MemorySegment> scratch = IntStream.range(0, workers).mapToObj(
                worker -> memory.asSlice(step.scratch() + worker * step.scratchBytes(), step.scratchBytes())).toList();
        return new Operands(step.inputs().getFirst().shape(), inputs,
                step.outputs().stream().map(place -> place.in(memory)).toList(), scratch, images(memory));
    }

    /** Returns a session's own place for its images. */
    public MemorySegment images(MemorySegment memory) {
        return memory.asSlice(input().offset(), imageBytes(images));
    }

    /** Shape of the input: batch, height, width, three channels. */
    public Shape images() {
        return images;
    }

    /** Threads that share each step. */
    public int workers() {
        return workers;
    }

    /** The steps in the order in which they run. */
    public List<Step> steps() {
        return steps;
    }

    /** Place for the input images, planar {@code [N, 3, H, W]}, while the first step runs. */
    public Place input() {
        return places.get(program.graph().input());
    }

    /** Places of what belongs to masked images. */
    public Optional<Masked> masked() {
        return program.graph().masked().map(m -> new Masked(places.get(m.table()), places.get(m.latent()),
                m.prediction().map(places::get)));
    }

    /** Place of the pooled and normed features, {@code [N, C]}, if they are wanted. */
    public Optional<Place> features() {
        return program.graph().features().map(places::get);
    }

    /** Places of the maps that are wanted. */
    public List<Place> maps() {
        return program.graph().maps().stream().map(places::get).toList();
    }

    /** Place of the logits, {@code [N, classes]}, if the model has a classifier. */
    public Optional<Place> logits() {
        return program.graph().classifier().map(classifier -> places.get(classifier.logits()));
    }

    /** Place of the probabilities, {@code [N, classes]}, if the model has a classifier. */
    public Optional<Place> probabilities() {
        return program.graph().classifier().map(classifier -> places.get(classifier.probabilities()));
    }

    /** Bytes of memory that a session takes, besides the weights. */
    public long arenaBytes() {
        return arenaBytes;
    }

    /** The most bytes alive during a step: no plan can take less. */
    public long liveBytes() {
        return liveBytes;
    }

    /** Bytes of the packed weights, shared by all sessions. */
    public long weightBytes() {
        return program.weightBytes();
    }

    /** Multiply-accumulates of all convolutions and linears. */
    public long macs() {
        return steps.stream().mapToLong(Step::macs).sum();
    }

    private static long imageBytes(Shape images) {
        return Math.multiplyExact(4L * images.channels(), images.rows());
    }

    private static long aligned(long bytes) {
        return Math.ceilDiv(bytes, TensorArena.ALIGNMENT) * TensorArena.ALIGNMENT;
    }
}
