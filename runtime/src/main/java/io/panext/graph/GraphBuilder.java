package io.panext.graph;

import io.panext.graph.Outputs.Target;
import io.panext.kernels.Window;
import io.panext.zoo.Activation;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.DecoderSpec;
import io.panext.zoo.Generation;
import io.panext.zoo.Head;
import io.panext.zoo.Norm;
import io.panext.zoo.Parameter;
import io.panext.zoo.Stem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/** Writes an architecture as a graph, op by op as the papers have it. */
public final class GraphBuilder {

    private static final Window OVERLAP = new Window(Stem.OVERLAP_KERNEL, Stem.OVERLAP_STRIDE, 1, 1, 1);

    private final ConvNeXtSpec spec;
    private final Function<String, Parameter> parameters;
    private final List<Node> nodes = new ArrayList<>();
    private final Optional<Value> table;
    private int values;

    private GraphBuilder(ConvNeXtSpec spec, Function<String, Parameter> parameters, boolean masked) {
        this.spec = spec;
        this.parameters = parameters;
        this.table = masked ? Optional.of(value("visible patches")) : Optional.empty();
    }

    /**
     * Builds the graph of a model.
     *
     * @param spec       the architecture
     * @param parameters finds a parameter by its canonical name; nothing is read yet
     * @param outputs    what is wanted of it
     * @throws IllegalArgumentException if the model has not what is wanted
     */
    public static Graph build(ConvNeXtSpec spec, Function<String, Parameter> parameters, Outputs outputs) {
        return new GraphBuilder(spec, parameters, false).graph(outputs);
    }

    /**
     * Builds the graph of a model for masked images: what is masked is neither kept nor computed. Without a decoder it
     * ends as {@link #build} does, from the visible pixels alone.
     *
     * @param spec       the architecture
     * @param decoder    the decoder that predicts what is masked, if it is to run
     * @param parameters finds a parameter by its canonical name; nothing is read yet
     * @throws IllegalArgumentException if the stem's windows overlap or a depthwise kernel is not 7×7
     */
    public static Graph masked(ConvNeXtSpec spec, Optional<DecoderSpec> decoder,
            Function<String, Parameter> parameters) {
        boolean patches = spec.stem() instanceof Stem.Patch || spec.stem() instanceof Stem.BarePatch;
        if (!patches || spec.kernels().stream().anyMatch(kernel -> kernel != ConvNeXtSpec.DEPTHWISE_KERNEL)) {
            throw new IllegalArgumentException("masked images need a stem of patches and 7x7 kernels; the model has "
                    + spec.stem() + " and kernels " + spec.kernels());
        }
        return new GraphBuilder(spec, parameters, true).masked(decoder);
    }

    private Graph masked(Optional<DecoderSpec> decoder) {
        Value image = value("image");
        Value visible = table.orElseThrow();
        Value x = stem(image);
        List<StageGeometry> geometry = StageGeometry.of(spec, OptionalInt.empty());
        for (int stage = 0; stage < spec.stages(); stage++) {
            x = stage(stage, geometry.get(stage), x);
        }
        Value map = x;
        Value latent = add("latent", new MaskedOp.Densify(Optional.empty()), map, visible);
        Optional<Value> prediction = decoder.map(d -> decoder(d, map, visible));
        Value features = features(map);
        Optional<Graph.Classifier> classifier = spec.classes() == 0
                ? Optional.empty()
                : Optional.of(classifier(features));
        return new Graph(image, nodes, Optional.of(features), classifier, List.of(),
                Optional.of(new Graph.Masked(visible, latent, prediction)));
    }

    /** A linear at what is visible, a token at what is not, and blocks over whole images. */
    private Value decoder(DecoderSpec decoder, Value map, Value visible) {
        Value x = linear("decoder.proj", map);
        Parameter token = parameters.apply("decoder.mask_token");
        x = add("decoder.mask_token", new MaskedOp.Densify(Optional.of(token)), x, visible);
        var blocks = ConvNeXtSpec.v2(List.of(decoder.depth()), List.of(decoder.width()), 0);
        for (int block = 0; block < decoder.depth(); block++) {
            x = block("decoder.blocks." + block, blocks, 1, x, Optional.empty());
        }
        return linear("decoder.pred", x);
    }

    private Graph graph(Outputs outputs) {
        Value image = value("image");
        List<StageGeometry> geometry = StageGeometry.of(spec, outputs.stride());
        List<Integer> wanted = outputs.target().maps(spec.stages());
        int stages = wanted.isEmpty() ? spec.stages() : wanted.getLast() + 1;
        var maps = new ArrayList<Value>();
        Value x = stem(image);
        for (int stage = 0; stage < stages; stage++) {
            x = stage(stage, geometry.get(stage), x);
            if (wanted.contains(stage)) {
                maps.add(isNormed(outputs.target()) && stage == spec.stages() - 1 ? finalNorm(x) : x);
            }
        }
        if (!wanted.isEmpty()) {
            return new Graph(image, nodes, Optional.empty(), Optional.empty(), maps, Optional.empty());
        }
        Value features = features(x);
        Optional<Graph.Classifier> classifier = spec.classes() == 0 || outputs.target() instanceof Target.Pooled
                ? Optional.empty()
                : Optional.of(classifier(features));
        return new Graph(image, nodes, Optional.of(features), classifier, maps, Optional.empty());
    }

    private static boolean isNormed(Target target) {
        return switch (target) {
            case Target.LastMap(boolean normed) -> normed;
            case Target.Stages(List<Integer> _, boolean normed) -> normed;
            case Target.Classes(),Target.Pooled() -> false;
        };
    }

    private Value stem(Value image) {
        return switch (spec.stem()) {
            case Stem.Patch(int size) -> norm("stem.1", spec.norm(), patches(image, Window.tiles(size)));
            case Stem.BarePatch(int size) -> patches(image, Window.tiles(size));
            case Stem.Overlap(int _) -> {
                Value x = convolution("stem.1", OVERLAP, patches(image, OVERLAP));
                yield norm("stem.2", spec.norm(), x);
            }
            case Stem.ActivatedOverlap(int _) -> {
                Value x = add("stem.1", new Op.Activate(spec.activation()), patches(image, OVERLAP));
                yield norm("stem.3", spec.norm(), convolution("stem.2", OVERLAP, x));
            }
        };
    }

    private Value patches(Value image, Window window) {
        var stem = new Op.PatchEmbedding(window, weight("stem.0"), bias("stem.0"), Optional.empty(),
                Optional.empty());
        int edge = spec.reduction() / window.stride();
        return table.map(visible -> add("stem.0", new MaskedOp.PatchEmbedding(stem, edge), image, visible))
                .orElseGet(() -> add("stem.0", stem, image));
    }

    private Value convolution(String name, Window window, Value input) {
        return add(name, new Op.Convolution(window, weight(name), bias(name), Optional.empty()), input);
    }

    private Value stage(int stage, StageGeometry geometry, Value input) {
        String name = "stages." + stage;
        Value x = input;
        if (geometry.downsample().isPresent()) {
            x = norm(name + ".downsample.0", spec.norm(), x);
            String conv = name + ".downsample.1";
            x = geometry.shrinks()
                    ? add(conv, new Op.Downsample(Optional.empty(), weight(conv), bias(conv)), x)
                    : convolution(conv, geometry.downsample().get(), x);
        }
        for (int block = 0; block < spec.depths().get(stage); block++) {
            x = block(name + ".blocks." + block, spec, geometry.dilation(), x, table);
        }
        return x;
    }

    private Value block(String name, ConvNeXtSpec design, int dilation, Value input, Optional<Value> visible) {
        Value x = depthwise(name + ".conv_dw", dilation, input, visible);
        x = norm(name + ".norm", design.norm(), x);
        x = linear(name + ".mlp.fc1", x);
        x = add(name + ".mlp.act", new Op.Activate(design.activation()), x);
        if (design.generation() == Generation.V2) {
            x = responseNorm(name + ".mlp.grn", x);
        }
        x = linear(name + ".mlp.fc2", x);
        if (design.layerScale()) {
            x = add(name + ".gamma", new Op.LayerScale(parameters.apply(name + ".gamma")), x);
        }
        return add(name + ".add", new Op.Add(), x, input);
    }

    private Value depthwise(String name, int dilation, Value input, Optional<Value> visible) {
        var conv = new Op.DepthwiseConv(weight(name), bias(name), dilation, Optional.empty());
        return visible.map(patches -> add(name, new MaskedOp.DepthwiseConv(conv), input, patches))
                .orElseGet(() -> add(name, conv, input));
    }

    private Value features(Value map) {
        return switch (spec.head()) {
            case Head.Pooling() -> pool(map);
            case Head.PoolFirst(Norm norm, int _) -> norm("head.norm", norm, pool(map));
            case Head.NormFirst _ -> pool(finalNorm(map));
            case Head.Mlp(Norm norm, int _, int _) -> {
                Value hidden = linear("head.pre_logits.fc", norm("head.norm", norm, pool(map)));
                yield add("head.pre_logits.act", new Op.Activate(Activation.GELU), hidden);
            }
        };
    }

    /** The norm of the head, whatever its place there, on each pixel of a map. */
    private Value finalNorm(Value map) {
        return switch (spec.head()) {
            case Head.Pooling() -> throw new IllegalArgumentException("the model has no final norm");
            case Head.PoolFirst(Norm norm, int _) -> norm("head.norm", norm, map);
            case Head.NormFirst(Norm norm, int _) -> norm("norm_pre", norm, map);
            case Head.Mlp(Norm norm, int _, int _) -> norm("head.norm", norm, map);
        };
    }

    private Graph.Classifier classifier(Value features) {
        Value logits = linear("head.fc", features);
        return new Graph.Classifier(logits, add("head.softmax", new Op.Softmax(), logits));
    }

    private Value pool(Value map) {
        return add("head.pool", new Op.GlobalPool(), map);
    }

    private Value responseNorm(String name, Value input) {
        Value sums = add(name + ".squares", new Op.SumSquares(), input);
        return add(name, new Op.ResponseNorm(weight(name), Optional.of(bias(name))), input, sums);
    }

    private Value norm(String name, Norm norm, Value input) {
        Optional<Parameter> shift = norm.kind().hasShift() ? Optional.of(bias(name)) : Optional.empty();
        return add(name, new Op.ChannelNorm(norm, Optional.of(new Op.Affine(weight(name), shift))), input);
    }

    private Value linear(String name, Value input) {
        return add(name, new Op.Linear(weight(name), bias(name), Optional.empty(), List.of()), input);
    }

    private Value add(String name, Op op, Value... inputs) {
        Value output = value(name);
        nodes.add(new Node(name, op, List.of(inputs), List.of(output)));
        return output;
    }

    private Value value(String name) {
        return new Value(values++, name);
    }

    private Parameter weight(String layer) {
        return parameters.apply(layer + ".weight");
    }

    private Parameter bias(String layer) {
        return parameters.apply(layer + ".bias");
    }
}
