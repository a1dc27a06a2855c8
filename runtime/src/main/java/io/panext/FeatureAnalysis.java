package io.panext;

import io.panext.compile.Plan;
import io.panext.compile.Program;
import io.panext.graph.Op;
import io.panext.image.Preprocessor;
import io.panext.image.RgbImage;
import io.panext.kernels.Matrix;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Finds out how different the channels of a model's blocks are: its {@link FeatureDiversity}, over any number of images,
 * of which none is kept. For one thread at a time.
 */
public final class FeatureAnalysis implements AutoCloseable {

    private static final double DEAD = 0.01;
    private static final double SATURATED = 0.1;

    /** Every op a step of its own, so that every map can be looked at. */
    private static final Program.Options COMPILER = Program.Options.PLAIN;

    private final ConvNeXt model;
    private final Workspace workspace;
    private final Preprocessor preprocessor;
    private final SequencedMap<String, Layer> layers = new LinkedHashMap<>();
    private int images;

    private FeatureAnalysis(ConvNeXt model, Workspace workspace) {
        this.model = model;
        this.workspace = workspace;
        this.preprocessor = new Preprocessor(model.preprocessing());
    }

    /**
     * Loads a model to be analysed.
     *
     * @param model   the model; it stays the caller's and may be closed afterwards
     * @param options how it is run; what the compiler may do is not the caller's choice
     */
    public static FeatureAnalysis load(PretrainedModel model, Options options) {
        ConvNeXt convNeXt = ConvNeXt.load(model, options.withCompiler(COMPILER));
        try {
            Preprocessing size = convNeXt.preprocessing();
            return new FeatureAnalysis(convNeXt,
                    new Workspace(convNeXt.program(), convNeXt.plan(1, size.height(), size.width())));
        } catch (RuntimeException | Error e) {
            convNeXt.close();
            throw e;
        }
    }

    /** Looks at what the model makes of a photograph. */
    public void add(RgbImage image) {
        preprocessor.write(image, workspace.input(), 0);
        workspace.run(this::observe);
        images++;
    }

    /** Number of images that have been added. */
    public int images() {
        return images;
    }

    /**
     * Sums up what has been seen.
     *
     * @return one result for each block, from first to last
     * @throws IllegalStateException if there are no images
     */
    public List<FeatureDiversity> layers() {
        if (images == 0) {
            throw new IllegalStateException("no images to analyse");
        }
        return layers.entrySet().stream().map(layer -> layer.getValue().result(layer.getKey(), images)).toList();
    }

    /** What the user should know, one sentence each: see {@link ConvNeXt#warnings()}. */
    public List<String> warnings() {
        return model.warnings();
    }

    @Override
    public void close() {
        workspace.close();
        model.close();
    }

    private void observe(Plan.Step step) {
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
