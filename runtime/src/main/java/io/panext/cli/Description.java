package io.panext.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.panext.compile.Plan;
import io.panext.graph.Shape;
import io.panext.graph.Visible;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Generation;
import io.panext.zoo.Labels;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.checkpoint.KeyLayout;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What {@code panext inspect} tells of a model. The components are the fields of its JSON; those that do not apply are
 * absent.
 *
 * @param name          how the user named it
 * @param generation    V1 or V2
 * @param depths        blocks of each stage
 * @param dims          channels of each stage
 * @param design        how it is built
 * @param classes       outputs of the classifier, 0 if there is none
 * @param labels        classes that have a name
 * @param keyLayout     how the checkpoint names its tensors
 * @param preprocessing how photographs are prepared
 * @param parameters    learned values
 * @param images        shape of a run's input: images, height, width, channels
 * @param macs          multiply-accumulates of convolutions and linears for one image
 * @param timmMacs      the same as timm counts it, with layer norms
 * @param activations   values that convolutions and linears write for one image
 * @param threads       threads that share the work
 * @param imagesAtATime images that run together: those of a run if all threads share them, else those of one thread
 * @param weightBytes   packed weights, shared by all sessions
 * @param arenaBytes    memory of a session
 * @param liveBytes     the most bytes in use at a time: no plan can take less
 * @param masked        what it takes if a part of each image is masked, if that was asked for
 * @param steps         what runs, masked or not, if that was asked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Description(String name, Generation generation, List<Integer> depths, List<Integer> dims,
        @JsonUnwrapped Design design, int classes, int labels, KeyLayout keyLayout, Preprocessing preprocessing,
        long parameters, List<Integer> images, long macs,
        long timmMacs, long activations, int threads, int imagesAtATime, long weightBytes, long arenaBytes,
        long liveBytes,
        Masked masked, List<Step> steps) {

    /**
     * An encoder that sees a part of its images.
     *
     * @param visible    visible patches of an image
     * @param patches    patches of an image
     * @param arenaBytes memory of a session
     * @param share      that memory over the one for whole images
     * @param macs       multiply-accumulates for one image
     */
    record Masked(int visible, int patches, long arenaBytes, double share, long macs) {

        private static Masked of(Plan plan, Plan whole) {
            Visible visible = plan.images().visible().orElseThrow();
            return new Masked(visible.patches().getFirst(), visible.cells(), plan.arenaBytes(),
                    (double) plan.arenaBytes() / whole.arenaBytes(), plan.macs() / plan.images().images());
        }
    }

    /**
     * A step of the plan.
     *
     * @param step          its number, from 0
     * @param name          where it stands in the network
     * @param op            what it computes
     * @param kernel        what runs it
     * @param reason        why it was chosen
     * @param outputs       the maps it writes
     * @param scratchOffset where the threads' scratch memory starts in the arena
     * @param scratchBytes  scratch memory of all threads that share the step
     * @param flops         two for each multiply-accumulate
     */
    record Step(int step, String name, String op, String kernel, String reason, List<Place> outputs, long scratchOffset,
            long scratchBytes, long flops) {

        private static Step of(int index, Plan.Step step, int threads) {
            return new Step(index, step.node().name(), step.node().op().getClass().getSimpleName(),
                    step.choice().kernel().name(), step.choice().reason(),
                    step.outputs().stream().map(Place::of).toList(), step.scratch(),
                    threads * step.scratchBytes(), 2 * step.macs());
        }

        private List<String> cells() {
            Place dst = outputs.getFirst();
            return List.of(Integer.toString(step), name, op, kernel, sizes(dst.shape), Long.toString(dst.offset),
                    Long.toString(dst.bytes), Long.toString(scratchBytes), Long.toString(flops), reason);
        }
    }

    /**
     * A map's place in the arena.
     *
     * @param shape  images, height, width, channels
     * @param offset where it starts, in bytes
     * @param bytes  how much it takes
     */
    record Place(List<Integer> shape, long offset, long bytes) {

        private static Place of(Plan.Place place) {
            return new Place(list(place.shape()), place.offset(), place.bytes());
        }
    }

    /**
     * Describes a model.
     *
     * @param stored whether there is a checkpoint, not just an architecture
     * @param masked the plan for masked images, if it is wanted
     * @param listed whether the steps are wanted
     */
    static Description of(PretrainedModel model, boolean stored, Plan plan, Optional<Plan> masked, boolean listed) {
        ConvNeXtSpec spec = model.weights().spec();
        int height = plan.images().height();
        int width = plan.images().width();
        List<Plan.Step> planned = masked.orElse(plan).steps();
        List<Step> steps = IntStream.range(0, planned.size())
                .mapToObj(i -> Step.of(i, planned.get(i), plan.isShared() ? plan.workers() : 1)).toList();
        return new Description(model.name(), spec.generation(), spec.depths(), spec.dims(), Design.of(spec),
                spec.classes(),
                model.labels().map(Labels::size).orElse(0), stored ? model.weights().layout() : null,
                stored ? model.preprocessing() : null, spec.parameterCount(), list(plan.images()),
                spec.macs(height, width), spec.fvcoreMacs(height, width), spec.activations(height, width),
                plan.workers(), plan.imagesAtATime(), plan.weightBytes(), plan.arenaBytes(), plan.liveBytes(),
                masked.map(part -> Masked.of(part, plan)).orElse(null), listed ? steps : null);
    }

    /** Prints it for people. */
    void print(PrintWriter out) {
        var rows = new ArrayList<List<String>>();
        rows.add(List.of("generation", generation.name()));
        rows.add(List.of("depths", depths.toString()));
        rows.add(List.of("dims", dims.toString()));
        rows.addAll(design.rows());
        rows.add(List.of("classes", classes + (labels > 0 ? ", with labels" : ", without labels")));
        if (keyLayout != null) {
            rows.add(List.of("key layout", keyLayout.name().toLowerCase(Locale.ROOT)));
            rows.add(List.of("preprocessing", Notation.settings(preprocessing)));
        }
        rows.add(List.of("parameters", millions(parameters)));
        rows.add(List.of("MACs", String.format(Locale.ROOT, "%.3f G an image (timm counts %.3f G)", macs / 1e9,
                timmMacs / 1e9)));
        rows.add(List.of("activations", millions(activations) + " an image"));
        rows.add(List.of("weights", bytes(weightBytes)));
        rows.add(List.of("arena", bytes(arenaBytes) + " for " + sizes(images) + " on " + threads + " threads"
                + (imagesAtATime < images.getFirst() ? ", each with " + imagesAtATime + " images at a time" : "")));
        rows.add(List.of("liveness bound", bytes(liveBytes)));
        if (masked != null) {
            rows.add(List.of("masked", String.format(Locale.ROOT, "%d of %d patches visible, %.3f GMACs an image",
                    masked.visible, masked.patches, masked.macs / 1e9)));
            rows.add(List.of("masked arena", String.format(Locale.ROOT, "%s, %.3f of the arena for whole images",
                    bytes(masked.arenaBytes), masked.share)));
        }
        new Table(List.of("name", name), rows).print(out);
        if (steps != null) {
            out.println();
            new Table(
                    List.of("step", "name", "op", "kernel", "output", "offset", "bytes", "scratch", "FLOPs",
                            "chosen because"),
                    steps.stream().map(Step::cells).toList()).print(out);
        }
    }

    private static List<Integer> list(Shape shape) {
        return List.of(shape.images(), shape.height(), shape.width(), shape.channels());
    }

    private static String sizes(List<Integer> shape) {
        return shape.stream().map(String::valueOf).collect(Collectors.joining("x"));
    }

    private static String millions(long count) {
        return String.format(Locale.ROOT, "%.2f M", count / 1e6);
    }

    private static String bytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f MB (%d bytes)", bytes / 1e6, bytes);
    }
}
