package io.panext;

import io.panext.compile.Plan;
import io.panext.graph.Shape;
import io.panext.image.ImageDecoder;
import io.panext.image.Preprocessor;
import io.panext.image.RgbImage;
import io.panext.kernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Memory and workers for one run of a model at a time, at one batch and image size.
 *
 * <p>All memory is taken when the session is opened: {@link Plan#arenaBytes()}. Callers that share a session wait for
 * each other; callers that run at once open one each. Close it before its model.
 */
public final class Session implements Classifier, AutoCloseable {

    private final ConvNeXt model;
    private final Workspace workspace;
    private final Plan plan;
    private final Preprocessor preprocessor;

    Session(ConvNeXt model, Workspace workspace) {
        this.model = model;
        this.workspace = workspace;
        this.plan = workspace.plan();
        this.preprocessor = new Preprocessor(
                model.preprocessing().withSize(plan.images().height(), plan.images().width()));
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
        workspace.requireOpen();
        if (plan.logits().isEmpty()) {
            throw new IllegalStateException("the model " + model.name() + " gives no classes: run it for its features");
        }
        Output output = run(images);
        Matrix probabilities = workspace.view(plan.probabilities().orElseThrow());
        float[] features = output.features();
        var results = new ArrayList<Classification>();
        for (int i = 0; i < images.size(); i++) {
            results.add(
                    new Classification(model.labels(), output.logits(i), Workspace.rows(probabilities.slice(i, i + 1)),
                            Arrays.copyOfRange(features, i * output.channels(), (i + 1) * output.channels())));
        }
        return List.copyOf(results);
    }

    /**
     * Runs the model on photographs.
     *
     * @param images as many as the session's batch, or fewer
     * @return what the model gives for each of them
     * @throws IllegalArgumentException if there are none, or more
     * @throws IllegalStateException    if the session is closed
     */
    public synchronized Output run(List<RgbImage> images) {
        workspace.requireOpen();
        int batch = plan.images().images();
        if (images.isEmpty() || images.size() > batch) {
            throw new IllegalArgumentException(images.size() + " images for a session of " + batch);
        }
        MemorySegment input = input();
        long imageBytes = input.byteSize() / batch;
        for (int i = 0; i < images.size(); i++) {
            preprocessor.write(images.get(i), input, i * imageBytes);
        }
        workspace.run(input);
        return output(images.size());
    }

    /**
     * Runs the model on images that are normalised already.
     *
     * @param images planar fp32 {@code [batch, 3, height, width]} in native byte order; read where it stands if it is
     *               off-heap, not mapped from a file, open to all workers, and the first kernel is Java's, copied
     *               otherwise; at any address
     * @throws IllegalArgumentException if the segment has another size
     * @throws IllegalStateException    if the session is closed
     */
    public synchronized Output run(MemorySegment images) {
        workspace.run(images);
        return output(plan.images().images());
    }

    /**
     * Runs the model step by step, for those who time its steps.
     *
     * @param images   as for {@link #run(MemorySegment)}, but always copied
     * @param observer told of every step of the {@link #plan()} before it runs, by the calling thread
     * @throws IllegalArgumentException if the segment has another size
     * @throws IllegalStateException    if the session is closed, or the plan runs images apart
     */
    public synchronized Output run(MemorySegment images, Consumer<Plan.Step> observer) {
        Workspace.requireBytes("images", images, plan.images());
        workspace.input().copyFrom(images);
        workspace.run(observer);
        return output(plan.images().images());
    }

    /**
     * Runs the model from memory to memory.
     *
     * @param images   as for {@link #run(MemorySegment)}
     * @param features where the pooled and normed features go, fp32 {@code [batch, C]}; of no bytes if they are not wanted
     * @param logits   where the logits go, fp32 {@code [batch, classes]}; of no bytes if there is no classifier
     * @throws IllegalArgumentException if a segment has another size
     * @throws IllegalStateException    if the session is closed
     */
    public synchronized void run(MemorySegment images, MemorySegment features, MemorySegment logits) {
        requireBytes("features", features, plan.features());
        requireBytes("logits", logits, plan.logits());
        workspace.run(images);
        plan.features().ifPresent(place -> Workspace.copyRows(workspace.view(place), features));
        plan.logits().ifPresent(place -> Workspace.copyRows(workspace.view(place), logits));
    }

    private static void requireBytes(String what, MemorySegment segment, Optional<Plan.Place> place) {
        if (place.isPresent()) {
            Workspace.requireBytes(what, segment, place.get().shape());
        } else if (segment.byteSize() > 0) {
            throw new IllegalArgumentException("the session gives no " + what + ", for which there are "
                    + segment.byteSize() + " bytes");
        }
    }

    /**
     * Returns the session's own place for the input, to be filled before a {@link #run}: planar fp32
     * {@code [batch, 3, height, width]}. A run overwrites it. It is of no use once the session is closed: in an arena of
     * the caller's it may be another session's by then.
     */
    public synchronized MemorySegment input() {
        return workspace.input();
    }

    private Output output(int images) {
        return new Output(images, channels(plan.features()), channels(plan.logits()), values(plan.features(), images),
                values(plan.logits(), images), plan.maps().stream().map(place -> map(place, images)).toList());
    }

    private FeatureMap map(Plan.Place place, int images) {
        Shape shape = place.shape();
        return new FeatureMap(images, shape.height(), shape.width(), shape.channels(),
                Workspace.rows(workspace.view(place).slice(0, images * shape.pixels())));
    }

    private static int channels(Optional<Plan.Place> place) {
        return place.map(found -> found.shape().channels()).orElse(0);
    }

    private float[] values(Optional<Plan.Place> place, int images) {
        return place.map(found -> Workspace.rows(workspace.view(found).slice(0, images))).orElseGet(() -> new float[0]);
    }

    /** Gives memory and threads back. Closing twice does nothing. */
    @Override
    public synchronized void close() {
        workspace.close();
    }
}
