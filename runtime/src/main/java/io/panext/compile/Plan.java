package io.panext.compile;

import io.panext.arena.TensorArena;
import io.panext.graph.Graph;
import io.panext.graph.Node;
import io.panext.graph.Shape;
import io.panext.graph.Value;
import io.panext.kernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A program for one batch, image size and number of workers: what runs, step by step, and where in memory.
 *
 * <p>Either all workers share every step of the whole batch, or each runs groups of images from the first step to the last
 * in memory of its own, beside which there is a place for all images and all results: see {@link ExecutionMode}.
 *
 * <p>Immutable; needs no weights, and tells how much memory a session takes before there is one.
 */
public final class Plan {

    private final Program program;
    private final Shape images;
    private final int workers;
    private final int groups;
    private final Layout layout;
    private final Map<Value, Place> batchPlaces;
    private final long firstStream;

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

        private MemorySegment sliceOf(MemorySegment memory) {
            return memory.asSlice(offset, bytes);
        }
    }

    /**
     * One step.
     *
     * @param node    the op and its values
     * @param choice  what runs it, and why
     * @param inputs  places of the values it reads
     * @param outputs places of the values it writes
     * @param scratch offset of the workers' scratch memory, in bytes, like all offsets of steps from the start of the
     *                memory of the images that run together
     * @param scratchBytes bytes of scratch memory for each worker
     * @param macs    multiply-accumulates of convolutions and linears
     */
    public record Step(Node node, Selection.Choice choice, List<Place> inputs, List<Place> outputs, long scratch,
            long scratchBytes, long macs) {}

    /** Places of what belongs to masked images: see {@link Graph.Masked}. */
    public record Masked(Place table, Place latent, Optional<Place> prediction) {}

    private Plan(Program program, Shape images, int workers, ExecutionMode mode) {
        this.program = program;
        this.images = images;
        this.workers = workers;
        int together = mode.imagesAtATime(images, workers);
        this.groups = images.images() / together;
        this.layout = new Layout(program, images.withImages(together), isShared() ? workers : 1,
                mode.shares(images, workers));
        this.batchPlaces = isShared() ? Map.of() : batchPlaces(program.graph(), images);
        this.firstStream = batchPlaces.values().stream().mapToLong(place -> place.offset() + place.bytes()).max()
                .orElse(0);
    }

    /** What outlives the groups: all images, and what each of them gives. */
    private static Map<Value, Place> batchPlaces(Graph graph, Shape images) {
        Map<Value, Shape> shapes = graph.shapes(images);
        var places = new LinkedHashMap<Value, Place>();
        places.put(graph.input(), new Place(images, 0, TensorArena.aligned(imageBytes(images))));
        long offset = places.get(graph.input()).bytes();
        for (Value value : shapes.keySet().stream().filter(graph::isOutput).sorted(Comparator.comparingInt(Value::id))
                .toList()) {
            Shape shape = shapes.get(value);
            places.put(value, new Place(shape, offset, shape.bytes()));
            offset += shape.bytes();
        }
        return places;
    }

    /**
     * Plans a program.
     *
     * @param images  shape of the input: batch, height and width, three channels; with what is visible if the program
     *                is for masked images
     * @param workers threads of the session
     * @param mode    how they divide the batch
     * @throws IllegalArgumentException if the images are too small or too large for the network
     */
    public static Plan of(Program program, Shape images, int workers, ExecutionMode mode) {
        if (workers < 1) {
            throw new IllegalArgumentException(workers + " workers");
        }
        return new Plan(program, images, workers, mode);
    }

    /**
     * Returns the tasks of a session, which closes them: one for each step, or a single one if the images are run apart.
     *
     * @param weights the packed program
     * @param memory  at least {@link #arenaBytes()} bytes of the session's own
     */
    public List<Task> bind(PackedProgram weights, MemorySegment memory) {
        if (!weights.program().equals(program)) {
            throw new IllegalArgumentException("these weights are another program's");
        }
        if (isShared()) {
            return layout.bind(weights, memory);
        }
        var bound = new ArrayList<ImageStreams.Stream>();
        try {
            for (int stream = 0; stream < streams(); stream++) {
                MemorySegment own = memory.asSlice(firstStream + stream * layout.bytes(), layout.bytes());
                bound.add(new ImageStreams.Stream(layout.bind(weights, own), results(own, memory)));
            }
            return List.of(new ImageStreams(groups, List.copyOf(bound)));
        } catch (RuntimeException | Error e) {
            bound.forEach(ImageStreams.Stream::close);
            throw e;
        }
    }

    private List<ImageStreams.Result> results(MemorySegment stream, MemorySegment memory) {
        return batchPlaces.keySet().stream().filter(program.graph()::isOutput).map(value -> new ImageStreams.Result(
                layout.place(value).sliceOf(stream), batchPlaces.get(value).sliceOf(memory))).toList();
    }

    /** How many groups of images run at the same time, each on a worker and in memory of its own: 1 if all are shared. */
    private int streams() {
        return Math.min(groups, workers);
    }

    private Place place(Value value) {
        return isShared() ? layout.place(value) : batchPlaces.get(value);
    }

    /** Returns a session's own place for its images. */
    public MemorySegment images(MemorySegment memory) {
        return memory.asSlice(input().offset(), imageBytes(images));
    }

    /** Shape of the input: batch, height, width, three channels. */
    public Shape images() {
        return images;
    }

    /** Threads of a session. */
    public int workers() {
        return workers;
    }

    /** How many images of the batch run together. */
    public int imagesAtATime() {
        return images.images() / groups;
    }

    /** Whether the whole batch runs together, on all workers, so that steps follow each other. */
    public boolean isShared() {
        return groups == 1;
    }

    /** The steps in the order in which they run, for the images that run together: the first, perhaps, for one by one. */
    public List<Step> steps() {
        return layout.steps();
    }

    /** Whether images can be read wherever they are, though somebody may free them meanwhile. */
    public boolean readsImagesAnywhere() {
        return steps().getFirst().choice().kernel().noticesFreedMemory();
    }

    /** Place for the input images, planar {@code [N, 3, H, W]}, while the first step runs. */
    public Place input() {
        return place(program.graph().input());
    }

    /** Places of what belongs to masked images. */
    public Optional<Masked> masked() {
        return program.graph().masked().map(m -> new Masked(place(m.table()), place(m.latent()),
                m.prediction().map(this::place)));
    }

    /** Place of the pooled and normed features, {@code [N, C]}, if they are wanted. */
    public Optional<Place> features() {
        return program.graph().features().map(this::place);
    }

    /** Places of the maps that are wanted. */
    public List<Place> maps() {
        return program.graph().maps().stream().map(this::place).toList();
    }

    /** Place of the logits, {@code [N, classes]}, if the model has a classifier. */
    public Optional<Place> logits() {
        return program.graph().classifier().map(classifier -> place(classifier.logits()));
    }

    /** Place of the probabilities, {@code [N, classes]}, if the model has a classifier. */
    public Optional<Place> probabilities() {
        return program.graph().classifier().map(classifier -> place(classifier.probabilities()));
    }

    /** Bytes of memory that a session takes, besides the weights. */
    public long arenaBytes() {
        return firstStream + streams() * layout.bytes();
    }

    /** The most bytes alive during a step: no plan can take less. */
    public long liveBytes() {
        return firstStream + streams() * layout.liveBytes();
    }

    /** Bytes of the packed weights, shared by all sessions. */
    public long weightBytes() {
        return program.weightBytes();
    }

    /** Multiply-accumulates of all convolutions and linears. */
    public long macs() {
        return groups * steps().stream().mapToLong(Step::macs).sum();
    }

    static long imageBytes(Shape images) {
        return Math.multiplyExact(4L * images.channels(), images.rows());
    }
}
