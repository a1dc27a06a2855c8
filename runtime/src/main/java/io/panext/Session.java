package io.panext;

import io.panext.arena.TensorArena;
import io.panext.compile.Plan;
import io.panext.compile.Task;
import io.panext.execute.Crew;
import io.panext.graph.Shape;
import io.panext.image.ImageDecoder;
import io.panext.image.Preprocessor;
import io.panext.image.RgbImage;
import io.panext.kernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Memory and workers for one run of a model at a time, at one batch and image size.
 *
 * <p>All memory is taken when the session is opened: {@link Plan#arenaBytes()}. Callers that share a session wait for
 * each other; callers that run at once open one each. Close it before its model.
 */
public final class Session implements Classifier, AutoCloseable {

    private final ConvNeXt model;
    private final Plan plan;
    private final Preprocessor preprocessor;
    private final TensorArena arena;
    private final boolean ownsArena;
    private final TensorArena.Block block;
    private final MemorySegment memory;
    private final List<Task> tasks;
    private final Crew crew;
    private boolean closed;

    Session(ConvNeXt model, Plan plan, TensorArena arena, boolean ownsArena) {
        this.model = model;
        this.plan = plan;
        this.preprocessor = new Preprocessor(
                model.preprocessing().withSize(plan.images().height(), plan.images().width()));
        this.arena = arena;
        this.ownsArena = ownsArena;
        this.block = arena.allocate(plan.arenaBytes());
        this.memory = block.memory();
        this.tasks = plan.bind(model.program(), memory);
        this.crew = new Crew(plan.workers());
    }

    /** What runs, and where in memory. */
    public Plan plan() {
        return plan;
    }

    @Override
    public ImageDecoder decoder() {
        return model.decoder();
    }

    @Override
    public Classification classify(RgbImage image) {
        return classify(List.of(image)).getFirst();
    }

    /**
     * Classifies several images in one run.
     *
     * @param images as many as the session's batch, or fewer
     * @return one result for each image
     * @throws IllegalArgumentException if there are more
     * @throws IllegalStateException    if the model has no classifier, or the session is closed
     */
    public synchronized List<Classification> classify(List<RgbImage> images) {
        requireOpen();
        int batch = plan.images().images();
        if (images.size() > batch) {
            throw new IllegalArgumentException(images.size() + " images for a session of " + batch);
        }
        Matrix logits = output(plan.logits());
        Matrix probabilities = output(plan.probabilities());
        MemorySegment input = input();
        long imageBytes = input.byteSize() / batch;
        for (int i = 0; i < images.size(); i++) {
            preprocessor.normalise(preprocessor.apply(images.get(i)), input, i * imageBytes);
        }
        crew.run(tasks, input);
        Matrix features = plan.features().in(memory);
        var results = new ArrayList<Classification>();
        for (int i = 0; i < images.size(); i++) {
            results.add(new Classification(model.labels(), row(logits, i), row(probabilities, i), row(features, i)));
        }
        return List.copyOf(results);
    }

    /**
     * Runs the model on images that are normalised already.
     *
     * @param images planar fp32 {@code [batch, 3, height, width]} in native byte order; read where it stands if it is
     *               off-heap and open to all workers, copied otherwise
     * @throws IllegalArgumentException if the segment has another size
     * @throws IllegalStateException    if the session is closed
     */
    public synchronized Output run(MemorySegment images) {
        runPlan(images);
        Shape shape = plan.images();
        return new Output(shape.images(), plan.features().shape().channels(),
                plan.logits().map(place -> place.shape().channels()).orElse(0), rows(plan.features().in(memory)),
                plan.logits().map(place -> rows(place.in(memory))).orElseGet(() -> new float[0]));
    }

    /**
     * Runs the model from memory to memory.
     *
     * @param images   as for {@link #run(MemorySegment)}
     * @param features where the pooled and normed features go, fp32 {@code [batch, C]}
     * @param logits   where the logits go, fp32 {@code [batch, classes]}; of no bytes if the model has no classifier
     * @throws IllegalArgumentException if a segment has another size
     * @throws IllegalStateException    if the session is closed
     */
    public synchronized void run(MemorySegment images, MemorySegment features, MemorySegment logits) {
        requireBytes("features", features, plan.features().shape());
        if (plan.logits().isPresent()) {
            requireBytes("logits", logits, plan.logits().get().shape());
        }
        runPlan(images);
        copyRows(plan.features().in(memory), features);
        plan.logits().ifPresent(place -> copyRows(place.in(memory), logits));
    }

    /**
     * Returns the session's own place for the input, to be filled before a {@link #run}: planar fp32
     * {@code [batch, 3, height, width]}. A run overwrites it.
     */
    public synchronized MemorySegment input() {
        requireOpen();
        return plan.images(memory);
    }

    private void runPlan(MemorySegment images) {
        requireOpen();
        requireBytes("images", images, plan.images());
        crew.run(tasks, crew.canRead(images) ? images : input().copyFrom(images));
    }

    private static void requireBytes(String what, MemorySegment segment, Shape shape) {
        long bytes = 4L * shape.rows() * shape.channels();
        if (segment.byteSize() != bytes) {
            throw new IllegalArgumentException(what + " has " + segment.byteSize() + " bytes, not the " + bytes + " of "
                    + shape);
        }
    }

    private Matrix output(Optional<Plan.Place> place) {
        return place.orElseThrow(() -> new IllegalStateException(
                "the model " + model.name() + " has no classifier: run it for its features")).in(memory);
    }

    private static float[] row(Matrix matrix, int row) {
        return rows(matrix.slice(row, row + 1));
    }

    private static float[] rows(Matrix matrix) {
        float[] values = new float[matrix.rows() * matrix.columns()];
        copyRows(matrix, MemorySegment.ofArray(values));
        return values;
    }

    private static void copyRows(Matrix src, MemorySegment dst) {
        for (int row = 0; row < src.rows(); row++) {
            long bytes = 4L * src.columns();
            MemorySegment.copy(src.memory(), src.rowOffset(row), dst, row * bytes, bytes);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
    }

    /** Gives memory and threads back. Closing twice does nothing. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            crew.close();
            tasks.forEach(Task::close);
            block.close();
            if (ownsArena) {
                arena.close();
            }
        }
    }
}
