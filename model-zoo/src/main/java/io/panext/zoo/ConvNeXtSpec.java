package io.panext.zoo;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * The architecture of a ConvNeXt: everything that follows from it, its tensors and its cost, needs no weights.
 *
 * <p>An image passes the stem, then the stages. Each stage but the first begins with a norm and a 2×2 stride-2
 * convolution; each block is a depthwise convolution, norm, a linear to four times the width, an activation, in V2 a
 * global response normalisation, a linear back, in V1 a scale per channel, and the residual addition. The head makes
 * features of the last map, and logits of the features. An isotropic model is one of a single stage.
 *
 * @param generation V1 or V2
 * @param stem       how an image becomes the first map
 * @param depths     blocks in each stage
 * @param dims       channels of each stage
 * @param kernels    edge of each stage's depthwise kernels; the padding is half of it, rounded down
 * @param layerScale whether blocks end in a learned scale per channel: V1's published models do, but for two of the
 *                   isotropic ones, V2's do not
 * @param norm       of the stem, the downsampling and the blocks
 * @param activation of the blocks
 * @param head       what is made of the last map
 */
public record ConvNeXtSpec(Generation generation, Stem stem, List<Integer> depths, List<Integer> dims,
        List<Integer> kernels, boolean layerScale, Norm norm, Activation activation, Head head) {

    /** How much wider a block is between its two linears. */
    public static final int EXPANSION = 4;

    /** Edge of the depthwise kernels of nearly every published model. */
    public static final int DEPTHWISE_KERNEL = 7;

    /** Edge and stride of the convolution between two stages. */
    public static final int DOWNSAMPLE_STRIDE = 2;

    /** Channels of an image: red, green, blue. */
    public static final int IMAGE_CHANNELS = 3;

    // With at most so many channels no tensor of the body outgrows a Java array, and with a stem of at most half as many
    // none of the stem; with so many stages no stride outgrows an int.
    static final int MAX_CHANNELS = 1 << 14;
    private static final int MAX_STAGES = 16;
    private static final int MAX_KERNEL = 63;

    /** @throws IllegalArgumentException if a number is out of range or the lists differ in length */
    public ConvNeXtSpec {
        Objects.requireNonNull(generation, "generation");
        Objects.requireNonNull(stem, "stem");
        Objects.requireNonNull(norm, "norm");
        Objects.requireNonNull(activation, "activation");
        Objects.requireNonNull(head, "head");
        depths = List.copyOf(depths);
        dims = List.copyOf(dims);
        kernels = List.copyOf(kernels);
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
        if (kernels.size() != depths.size()
                || kernels.stream().anyMatch(kernel -> kernel < 1 || kernel > MAX_KERNEL || kernel % 2 == 0)) {
            throw new IllegalArgumentException("depthwise kernels " + kernels + " are not odd numbers up to "
                    + MAX_KERNEL + ", one for each stage");
        }
    }

    /** Returns a V1 model as published: with layer scale. */
    public static ConvNeXtSpec v1(List<Integer> depths, List<Integer> dims, int classes) {
        return plain(Generation.V1, depths, dims, classes, true);
    }

    /** Returns a V2 model as published: without layer scale. */
    public static ConvNeXtSpec v2(List<Integer> depths, List<Integer> dims, int classes) {
        return plain(Generation.V2, depths, dims, classes, false);
    }

    private static ConvNeXtSpec plain(Generation generation, List<Integer> depths, List<Integer> dims, int classes,
            boolean layerScale) {
        return new ConvNeXtSpec(generation, Stem.DEFAULT, depths, dims,
                Collections.nCopies(depths.size(), DEPTHWISE_KERNEL), layerScale, Norm.DEFAULT, Activation.GELU,
                new Head.PoolFirst(Norm.DEFAULT, classes));
    }

    /**
     * Infers the architecture from the tensors of a checkpoint.
     *
     * <p>The shapes may carry extra dimensions of one. The result is what the tensors suggest; whether they are
     * complete is for the caller to compare with {@link #parameters()}. What no tensor tells is taken from
     * {@code traits}, else from the {@linkplain Catalogue#like published model} that has the same tensors, else it is
     * the papers'.
     *
     * @param shapes shapes by canonical name
     * @param traits what is known otherwise
     * @throws IllegalArgumentException if the tensors are not those of a ConvNeXt; the message names what is missing
     */
    public static ConvNeXtSpec infer(Map<String, List<Integer>> shapes, Traits traits) {
        ConvNeXtSpec spec = SpecInference.infer(shapes);
        return traits.or(() -> Catalogue.like(spec).map(known -> Traits.of(known.spec())).orElse(Traits.NONE))
                .applyTo(spec);
    }

    /** Returns the same body with another classifier. */
    public ConvNeXtSpec withClasses(int newClasses) {
        return with(head.withClasses(newClasses));
    }

    /** Returns the same body with another head. */
    public ConvNeXtSpec with(Head newHead) {
        return new ConvNeXtSpec(generation, stem, depths, dims, kernels, layerScale, norm, activation, newHead);
    }

    /** Returns the same model on another stem. */
    public ConvNeXtSpec with(Stem newStem) {
        return new ConvNeXtSpec(generation, newStem, depths, dims, kernels, layerScale, norm, activation, head);
    }

    /** Returns the same model with depthwise kernels of other sizes. */
    public ConvNeXtSpec withKernels(List<Integer> newKernels) {
        return new ConvNeXtSpec(generation, stem, depths, dims, newKernels, layerScale, norm, activation, head);
    }

    /** Returns the same model with another activation. */
    public ConvNeXtSpec with(Activation newActivation) {
        return new ConvNeXtSpec(generation, stem, depths, dims, kernels, layerScale, norm, newActivation, head);
    }

    /** Returns the same model with another norm everywhere. */
    public ConvNeXtSpec with(Norm newNorm) {
        return with(newNorm, newNorm);
    }

    /** Returns the same model with another norm in its body and in its head. */
    public ConvNeXtSpec with(Norm body, Norm ofHead) {
        return new ConvNeXtSpec(generation, stem, depths, dims, kernels, layerScale, body, activation,
                head.withNorm(ofHead));
    }

    /** Number of stages. */
    public int stages() {
        return depths.size();
    }

    /** Outputs of the classifier; 0 if there is none and the model ends in its features. */
    public int classes() {
        return head.classes();
    }

    /** The norm of the head, if it has one. */
    public Optional<Norm> headNorm() {
        return switch (head) {
            case Head.Pooling() -> Optional.empty();
            case Head.PoolFirst first -> Optional.of(first.norm());
            case Head.NormFirst first -> Optional.of(first.norm());
            case Head.Mlp mlp -> Optional.of(mlp.norm());
        };
    }

    /** Number of features: what the classifier's last linear takes in. */
    public int features() {
        return head instanceof Head.Mlp mlp ? mlp.hidden() : dims.getLast();
    }

    /** Image pixels, along an edge, that make one pixel of the last stage; also the smallest edge of an image. */
    public int reduction() {
        return stem.stride() << (stages() - 1);
    }

    /** Every tensor of the model with its shape, in state-dict order. */
    public List<ParameterShape> parameters() {
        return Layers.of(this).stream().flatMap(layer -> layer.parameters().stream()).toList();
    }

    /** Number of learned values. */
    public long parameterCount() {
        return parameters().stream().mapToLong(ParameterShape::size).sum();
    }

    /**
     * Multiply-accumulates of all convolutions and linears for one image. Papers call this number FLOPs.
     *
     * @param height rows of the image
     * @param width  columns of the image
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
        return Layers.of(this).stream()
                .mapToLong(layer -> Math.multiplyExact(layer.pixels(height, width), perPixel.applyAsLong(layer)))
                .reduce(0, Math::addExact);
    }
}
