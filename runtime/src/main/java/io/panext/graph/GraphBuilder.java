package io.panext.graph;

import io.panext.zoo.ConvNeXtSpec;
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
    private int values;

    private GraphBuilder(ConvNeXtSpec spec, Function<String, Parameter> parameters) {
        this.spec = spec;
        this.parameters = parameters;
    }

    /**
     * Builds the graph of a model.
     *
     * @param spec       the architecture
     * @param parameters finds a parameter by its canonical name; nothing is read yet
     */
    public static Graph build(ConvNeXtSpec spec, Function<String, Parameter> parameters) {
        return new GraphBuilder(spec, parameters).graph();
    }

    private Graph graph() {
        Value image = value("image");
        Value x = add("stem.0", new Op.PatchEmbedding(ConvNeXtSpec.STEM_STRIDE, weight("stem.0"), bias("stem.0"),
                Optional.empty()), image);
        x = norm("stem.1", x);
        for (int stage = 0; stage < spec.stages(); stage++) {
            String name = "stages." + stage;
            if (stage > 0) {
                x = norm(name + ".downsample.0", x);
                String conv = name + ".downsample.1";
                x = add(conv, new Op.Downsample(Optional.empty(), weight(conv), bias(conv)), x);
            }
            for (int block = 0; block < spec.depths().get(stage); block++) {
                x = block(name + ".blocks." + block, x);
            }
        }
        x = add("head.pool", new Op.GlobalPool(), x);
        Value features = norm("head.norm", x);
        Optional<Graph.Classifier> classifier = spec.classes() == 0
                ? Optional.empty()
                : Optional.of(classifier(features));
        return new Graph(image, nodes, features, classifier);
    }

    private Graph.Classifier classifier(Value features) {
        Value logits = linear("head.fc", features);
        return new Graph.Classifier(logits, add("head.softmax", new Op.Softmax(), logits));
    }

    private Value block(String name, Value input) {
        String conv = name + ".conv_dw";
        Value x = add(conv, new Op.DepthwiseConv(weight(conv), bias(conv), Optional.empty()), input);
        x = norm(name + ".norm", x);
        x = linear(name + ".mlp.fc1", x);
        x = add(name + ".mlp.act", new Op.Gelu(), x);
        if (spec.generation() == Generation.V2) {
            x = responseNorm(name + ".mlp.grn", x);
        }
        x = linear(name + ".mlp.fc2", x);
        if (spec.layerScale()) {
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
