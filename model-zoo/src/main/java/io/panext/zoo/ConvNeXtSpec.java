package io.panext.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToLongFunction;

/**
 * The architecture of a ConvNeXt: everything that follows from it, its tensors and its cost, needs no weights.
 *
 * <p>An image passes a 4×4 stride-4 stem with layer norm, then the stages. Each stage but the first begins with a layer
 * norm and a 2×2 stride-2 convolution; each block is a 7×7 depthwise convolution, layer norm, a linear to four times
 * the width, GELU, in V2 a global response normalisation, a linear back, in V1 a scale per channel, and the residual
 * addition. The head is average pooling, layer norm and a linear classifier.
 *
 * @param generation V1 or V2
 * @param depths     blocks in each stage
 * @param dims       channels of each stage
 * @param classes    outputs of the classifier; 0 if there is none and the model ends in the pooled, normed features
 * @param layerScale whether blocks end in a learned scale per channel: V1's published models do, V2's do not
 * @param normEps    added to the variance in every layer norm
 * @param headNorm   whether the pooled features are normalised; an encoder as FCMAE leaves it has no such norm
 */
public record ConvNeXtSpec(Generation generation, List<Integer> depths, List<Integer> dims, int classes,
        boolean layerScale, double normEps, boolean headNorm) {

    /** What nearly every published model adds to a layer norm's variance. */
    public static final double DEFAULT_NORM_EPS = 1e-6;

    /** How much wider a block is between its two linears. */
    public static final int EXPANSION = 4;

    /** Edge of the depthwise kernels; the padding is half of it, rounded down. */
    public static final int DEPTHWISE_KERNEL = 7;

    /** Edge and stride of the stem's convolution. */
    public static final int STEM_STRIDE = 4;

    /** Edge and stride of the convolution between two stages. */
    public static final int DOWNSAMPLE_STRIDE = 2;

    /** Channels of an image: red, green, blue. */
    public static final int IMAGE_CHANNELS = 3;

    // With at most so many channels no tensor outgrows a Java array; with so many stages no stride outgrows an int.
    private static final int MAX_CHANNELS = 1 << 14;
    private static final int MAX_STAGES = 16;

    /** Describes a model with a norm in its head. */
    public ConvNeXtSpec(Generation generation, List<Integer> depths, List<Integer> dims, int classes,
            boolean layerScale, double normEps) {
        this(generation, depths, dims, classes, layerScale, normEps, true);
    }

    /** @throws IllegalArgumentException if a count is out of range or depths and dims differ in length */
    public ConvNeXtSpec {
        Objects.requireNonNull(generation, "generation");
        depths = List.copyOf(depths);
        dims = List.copyOf(dims);
        if (depths.size() != dims.size() || depths.isEmpty() || depths.size() > MAX_STAGES) {
            throw new IllegalArgumentException("depths " + depths + " and dims " + dims
                    + " must name the same 1 to " + MAX_STAGES + " stages");
        }
        if (depths.stream().anyMatch(depth -> depth < 1)) {
            throw new IllegalArgumentException("every stage needs a block: depths " + depths);
        }
        if (dims.stream().anyMatch(dim -> dim < 1 || dim > MAX_CHANNELS)) {
            throw new IllegalArgumentException("dims " + dims + " are not all in 1.." + MAX_CHANNELS);
        }
        if (classes < 0) {
            throw new IllegalArgumentException("classes " + classes + " is negative");
        }
        if (classes > 0 && !headNorm) {
            throw new IllegalArgumentException("a classifier of " + classes + " classes takes normed features");
        }
        if (!(normEps > 0 && normEps < 1)) {
            throw new IllegalArgumentException("normEps " + normEps + " is outside (0, 1)");
        }
    }

    /** Returns a V1 model as published: with layer scale. */
    public static ConvNeXtSpec v1(List<Integer> depths, List<Integer> dims, int classes) {
        return new ConvNeXtSpec(Generation.V1, depths, dims, classes, true, DEFAULT_NORM_EPS);
    }

    /** Returns a V2 model as published: without layer scale. */
    public static ConvNeXtSpec v2(List<Integer> depths, List<Integer> dims, int classes) {
        return new ConvNeXtSpec(Generation.V2, depths, dims, classes, false, DEFAULT_NORM_EPS);
    }

    /**
     * Infers the architecture from the tensors of a checkpoint.
     *
     * <p>The shapes may carry extra dimensions of one. The result is what the tensors suggest; whether they are
     * complete is for the caller to compare with {@link #parameters()}. {@code normEps} leaves no trace in a
     * checkpoint and is taken to be {@link #DEFAULT_NORM_EPS}.
     *
     * @param shapes shapes by canonical name
     * @throws IllegalArgumentException if the tensors are not those of a ConvNeXt; the message names what is missing
     */
    public static ConvNeXtSpec infer(Map<String, List<Integer>> shapes) {
        return SpecInference.infer(shapes);
    }

    /** Returns the same body with another classifier. */
    public ConvNeXtSpec withClasses(int newClasses) {
        return new ConvNeXtSpec(generation, depths, dims, newClasses, layerScale, normEps, headNorm);
    }

    /** Number of stages. */
    public int stages() {
        return depths.size();
    }

    /** Width of the last stage: the length of the pooled features. */
    public int features() {
        return dims.getLast();
    }

    /** Image pixels, along an edge, that make one pixel of the last stage; also the smallest edge of an image. */
    public int reduction() {
        return reduction(stages() - 1);
    }

    /** Every tensor of the model with its shape, in state-dict order. */
    public List<ParameterShape> parameters() {
        return layers().stream().flatMap(layer -> layer.parameters().stream()).toList();
    }

    /** Number of learned values. */
    public long parameterCount() {
        return parameters().stream().mapToLong(ParameterShape::size).sum();
    }

    /**
     * Multiply-accumulates of all convolutions and linears for one image. Papers call this number FLOPs.
     *
     * @param height rows of the image; where a stride does not divide, the rest is dropped
     * @param width  columns of the image, likewise
     * @throws IllegalArgumentException if an edge is shorter than {@link #reduction()}
     */
    public long macs(int height, int width) {
        return total(height, width, Layer::macsPerPixel);
    }

    /**
     * What timm publishes as MACs: fvcore's flop counter, which adds 5 for every value that a layer norm writes.
     *
     * @param height rows of the image
     * @param width  columns of the image
     * @throws IllegalArgumentException if an edge is shorter than {@link #reduction()}
     */
    public long fvcoreMacs(int height, int width) {
        return total(height, width, Layer::fvcoreFlopsPerPixel);
    }

    /**
     * Values that all convolutions and linears write for one image: what timm publishes as activations.
     *
     * @param height rows of the image
     * @param width  columns of the image
     * @throws IllegalArgumentException if an edge is shorter than {@link #reduction()}
     */
    public long activations(int height, int width) {
        return total(height, width, Layer::activationsPerPixel);
    }

    private long total(int height, int width, ToLongFunction<Layer> perPixel) {
        if (height < reduction() || width < reduction()) {
            throw new IllegalArgumentException("image " + height + "x" + width + " is smaller than " + reduction() + "x"
                    + reduction());
        }
        return layers().stream()
                .mapToLong(layer -> Math.multiplyExact(layer.pixels(height, width), perPixel.applyAsLong(layer)))
                .reduce(0, Math::addExact);
    }

    private List<Layer> layers() {
        var layers = new ArrayList<Layer>();
        layers.add(new Layer.Convolution("stem.0", dims.getFirst(), IMAGE_CHANNELS, STEM_STRIDE, reduction(0)));
        layers.add(new Layer.LayerNorm("stem.1", dims.getFirst(), reduction(0)));
        for (int stage = 0; stage < stages(); stage++) {
            addStage(layers, stage);
        }
        if (headNorm) {
            layers.add(new Layer.LayerNorm("head.norm", features(), Layer.POOLED));
        }
        if (classes > 0) {
            layers.add(new Layer.Linear("head.fc", classes, features(), Layer.POOLED));
        }
        return layers;
    }

    private void addStage(List<Layer> layers, int stage) {
        if (stage > 0) {
            String name = "stages." + stage + ".downsample.";
            int in = dims.get(stage - 1);
            layers.add(new Layer.LayerNorm(name + 0, in, reduction(stage - 1)));
            layers.add(new Layer.Convolution(name + 1, dims.get(stage), in, DOWNSAMPLE_STRIDE, reduction(stage)));
        }
        for (int block = 0; block < depths.get(stage); block++) {
            addBlock(layers, "stages." + stage + ".blocks." + block + ".", dims.get(stage), reduction(stage));
        }
    }

    private void addBlock(List<Layer> layers, String name, int channels, int reduction) {
        int hidden = EXPANSION * channels;
        if (layerScale) {
            layers.add(new Layer.LayerScale(name + "gamma", channels, reduction));
        }
        layers.add(new Layer.Convolution(name + "conv_dw", channels, 1, DEPTHWISE_KERNEL, reduction));
        layers.add(new Layer.LayerNorm(name + "norm", channels, reduction));
        layers.add(new Layer.Linear(name + "mlp.fc1", hidden, channels, reduction));
        if (generation == Generation.V2) {
            layers.add(new Layer.ResponseNorm(name + "mlp.grn", hidden, reduction));
        }
        layers.add(new Layer.Linear(name + "mlp.fc2", channels, hidden, reduction));
    }

    private static int reduction(int stage) {
        return STEM_STRIDE << stage;
    }
}
