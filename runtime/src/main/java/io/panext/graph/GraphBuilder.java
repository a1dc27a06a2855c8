package io.panext.graph;

import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.DecoderSpec;
import io.panext.zoo.Generation;
import io.panext.zoo.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Writes an architecture as a graph, op by op as the papers have it. */
public final class GraphBuilder {

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
     */
    public static Graph build(ConvNeXtSpec spec, Function<String, Parameter> parameters) {
        var builder = new GraphBuilder(spec, parameters, false);
        Value image = builder.value("image");
        return builder.graph(image, builder.encoder(image), Optional.empty());
    }

    /**
     * Builds the graph of a model for masked images: what is masked is neither kept nor computed. Without a decoder it
     * ends as {@link #build} does, from the visible pixels alone.
     *
     * @param spec       the architecture
     * @param decoder    the decoder that predicts what is masked, if it is to run
     * @param parameters finds a parameter by its canonical name; nothing is read yet
     */
    public static Graph masked(ConvNeXtSpec spec, Optional<DecoderSpec> decoder,
            Function<String, Parameter> parameters) {
        var builder = new GraphBuilder(spec, parameters, true);
        Value image = builder.value("image");
        Value x = builder.encoder(image);
        Value table = builder.table.orElseThrow();
        Value latent = builder.add("latent", new MaskedOp.Densify(Optional.empty()), x, table);
        Optional<Value> prediction = decoder.map(d -> builder.decoder(d, x, table));
        return builder.graph(image, x, Optional.of(new Graph.Masked(table, latent, prediction)));
    }

    private Value encoder(Value image) {
        Value x = stem(image);
        x = norm("stem.1", x);
        for (int stage = 0; stage < spec.stages(); stage++) {
            String name = "stages." + stage;
            if (stage > 0) {
                x = norm(name + ".downsample.0", x);
                String conv = name + ".downsample.1";
                x = add(conv, new Op.Downsample(Optional.empty(), weight(conv), bias(conv)), x);
            }
            for (int block = 0; block < spec.depths().get(stage); block++) {
                x = block(name + ".blocks." + block, x, spec, table);
            }
        }
        return x;
    }

    private Graph graph(Value image, Value map, Optional<Graph.Masked> masked) {
        Value pooled = add("head.pool", new Op.GlobalPool(), map);
        Value features = spec.headNorm() ? norm("head.norm", pooled) : pooled;
        Optional<Graph.Classifier> classifier = spec.classes() == 0
                ? Optional.empty()
                : Optional.of(classifier(features));
        return new Graph(image, nodes, features, classifier, masked);
    }

    /** A linear at what is visible, a token at what is not, and blocks over whole images. */
    private Value decoder(DecoderSpec decoder, Value map, Value visible) {
        Value x = linear("decoder.proj", map);
        Parameter token = parameters.apply("decoder.mask_token");
        x = add("decoder.mask_token", new MaskedOp.Densify(Optional.of(token)), x, visible);
        var blocks = ConvNeXtSpec.v2(List.of(decoder.depth()), List.of(decoder.width()), 0);
        for (int block = 0; block < decoder.depth(); block++) {
            x = block("decoder.blocks." + block, x, blocks, Optional.empty());
        }
        return linear("decoder.pred", x);
    }

    private Value stem(Value image) {
        var stem = new Op.PatchEmbedding(ConvNeXtSpec.STEM_STRIDE, weight("stem.0"), bias("stem.0"), Optional.empty());
        int edge = spec.reduction() / ConvNeXtSpec.STEM_STRIDE;
        return table.map(visible -> add("stem.0", new MaskedOp.PatchEmbedding(stem, edge), image, visible))
                .orElseGet(() -> add("stem.0", stem, image));
    }

    private Value depthwise(String name, Value input, Optional<Value> visible) {
        var conv = new Op.DepthwiseConv(weight(name), bias(name), Optional.empty());
        return visible.map(patches -> add(name, new MaskedOp.DepthwiseConv(conv), input, patches))
                .orElseGet(() -> add(name, conv, input));
    }

    private Graph.Classifier classifier(Value features) {
        Value logits = linear("head.fc", features);
        return new Graph.Classifier(logits, add("head.softmax", new Op.Softmax(), logits));
    }

    private Value block(String name, Value input, ConvNeXtSpec design, Optional<Value> visible) {
        Value x = depthwise(name + ".conv_dw", input, visible);
        x = norm(name + ".norm", x);
        x = linear(name + ".mlp.fc1", x);
        x = add(name + ".mlp.act", new Op.Gelu(), x);
        if (design.generation() == Generation.V2) {
            x = responseNorm(name + ".mlp.grn", x);
        }
        x = linear(name + ".mlp.fc2", x);
        if (design.layerScale()) {
            x = add(name + ".gamma", new Op.LayerScale(parameters.apply(name + ".gamma")), x);
        }
        return add(name + ".add", new Op.Add(), x, input);
    }

    private Value responseNorm(String name, Value input) {
        Value sums = add(name + ".squares", new Op.SumSquares(), input);
        return add(name, new Op.ResponseNorm(weight(name), Optional.of(bias(name))), input, sums);
    }

    private Value norm(String name, Value input) {
        var affine = new Op.Affine(weight(name), bias(name));
        return add(name, new Op.LayerNorm(spec.normEps(), Optional.of(affine)), input);
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
