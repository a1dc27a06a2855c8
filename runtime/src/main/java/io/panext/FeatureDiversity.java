package io.panext;

import io.panext.compile.Plan;
import io.panext.compile.Program;
import io.panext.graph.Op;
import io.panext.image.Preprocessor;
import io.panext.image.RgbImage;
import io.panext.kernels.Matrix;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How different the channels of each block are: where they all show the same, features have collapsed, which is what
 * global response normalisation was made against (ConvNeXt V2, section 3.2).
 *
 * <p>Looked at is the hidden map of each block as its second linear takes it in: after GELU, and in V2 after the
 * normalisation.
 *
 * @param layer          the block
 * @param channels       channels of its hidden map
 * @param cosineDistance mean of {@code (1 - cos) / 2} over all pairs of channels, each a vector of an image's pixels, and
 *                       over images: 0 if all channels show the same, 0.5 if none resembles another
 * @param dead           share of channels that never reach a hundredth of the layer's root mean square
 * @param saturated      share of channels that are not dead, but whose standard deviation is below a tenth of their mean
 */
public record FeatureDiversity(String layer, int channels, double cosineDistance, double dead, double saturated) {

    private static final double DEAD = 0.01;
    private static final double SATURATED = 0.1;

    /** Every op a step of its own, so that every map can be looked at. */
    private static final Program.Options COMPILER = Program.Options.PLAIN;

    /**
     * Analyses a model.
     *
     * @param model   the model; it stays the caller's
     * @param options how it is run; what the compiler may do is not the caller's choice
     * @param images  photographs
     * @return one result for each block, from first to last
     * @throws IllegalArgumentException if there are no images
     */
    public static List<FeatureDiversity> of(PretrainedModel model, Options options, List<RgbImage> images) {
        if (images.isEmpty()) {
            throw new IllegalArgumentException("no images to analyse");
        }
        var preprocessor = new Preprocessor(model.preprocessing());
        var layers = new LinkedHashMap<String, Layer>();
        try (ConvNeXt convNeXt = ConvNeXt.load(model, options.withCompiler(COMPILER));
                Workspace workspace = new Workspace(convNeXt.program(), convNeXt.plan(1,
                        model.preprocessing().height(), model.preprocessing().width()))) {
            for (RgbImage image : images) {
                MemorySegment input = workspace.input();
                preprocessor.write(image, input, 0);
                workspace.run(step -> observe(step, workspace, layers));
            }
        }
        return layers.entrySet().stream().map(layer -> layer.getValue().result(layer.getKey(), images.size())).toList();
    }

    private static void observe(Plan.Step step, Workspace workspace, Map<String, Layer> layers) {
        String name = step.node().name();
        if (step.node().op() instanceof Op.Linear && name.endsWith(".mlp.fc2")) {
            Matrix hidden = workspace.view(step.inputs().getFirst());
            layers.computeIfAbsent(name.substring(0, name.length() - ".mlp.fc2".length()),
                    _ -> new Layer(hidden.columns())).add(Workspace.rows(hidden));
        }
    }

    /** What has been seen of a layer. */
    private static final class Layer {

        private final List<Channel> channels = new ArrayList<>();
        private double cosineDistances;

        Layer(int count) {
            for (int i = 0; i < count; i++) {
                channels.add(new Channel());
            }
        }

        /** Adds the map of one image, {@code [pixels, channels]}. */
        void add(float[] map) {
            int count = channels.size();
            int pixels = map.length / count;
            // The mean cosine of all pairs is the squared length of the mean of all unit vectors.
            double[] mean = new double[pixels];
            for (int c = 0; c < count; c++) {
                double squares = 0;
                for (int pixel = 0; pixel < pixels; pixel++) {
                    double value = map[pixel * count + c];
                    channels.get(c).add(value);
                    squares += value * value;
                }
                double length = Math.sqrt(squares);
                for (int pixel = 0; pixel < pixels && length > 0; pixel++) {
                    mean[pixel] += map[pixel * count + c] / length / count;
                }
            }
            double cosine = 0;
            for (double value : mean) {
                cosine += value * value;
            }
            cosineDistances += (1 - cosine) / 2;
        }

        FeatureDiversity result(String name, int images) {
            double meanSquare = channels.stream().mapToDouble(Channel::meanSquare).average().orElseThrow();
            double threshold = DEAD * Math.sqrt(meanSquare);
            long dead = channels.stream().filter(channel -> channel.isDead(threshold)).count();
            long saturated = channels.stream().filter(channel -> !channel.isDead(threshold) && channel.isSaturated())
                    .count();
            int count = channels.size();
            return new FeatureDiversity(name, count, cosineDistances / images, (double) dead / count,
                    (double) saturated / count);
        }
    }

    /** The values of a channel in all images. */
    private static final class Channel {

        private long count;
        private double sum;
        private double squares;
        private double largest;

        void add(double value) {
            count++;
            sum += value;
            squares += value * value;
            largest = Math.max(largest, Math.abs(value));
        }

        double meanSquare() {
            return squares / count;
        }

        boolean isDead(double threshold) {
            return largest <= threshold;
        }

        boolean isSaturated() {
            double mean = sum / count;
            return Math.sqrt(Math.max(0, meanSquare() - mean * mean)) < SATURATED * Math.abs(mean);
        }
    }
}
