package io.panext.jmh.peer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import io.panext.graph.Graph;
import io.panext.graph.Node;
import io.panext.graph.Op;
import io.panext.graph.Value;
import io.panext.kernels.Window;
import io.panext.zoo.Activation;
import io.panext.zoo.Norm;
import io.panext.zoo.Parameter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A model made of the functions of DJL's own blocks, for one thread at a time.
 *
 * <p>Maps are NHWC, and convolutions see them through transposed views: PyTorch's channels-last layout, in which nothing
 * is copied between a convolution, a norm and a linear. An array is closed after its last reader.
 */
final class DjlNetwork {

    private static final float RESPONSE_EPS = 1e-6f;
    private static final int[] PIXELS = {1, 2};
    private static final int[] CHANNELS = {-1};

    private final Graph graph;
    private final Map<String, NDArray> parameters = new HashMap<>();
    private final Map<Value, NDArray> live = new HashMap<>();

    /**
     * Prepares a model.
     *
     * @param parameters what {@link #parameters} gave; the caller closes them
     */
    DjlNetwork(Graph graph, NDList parameters) {
        // A response norm works out its sums itself, and nobody asks for probabilities.
        this.graph = graph.withNodes(graph.nodes().stream()
                .filter(node -> !(node.op() instanceof Op.SumSquares || node.op() instanceof Op.Softmax)).toList());
        for (NDArray parameter : parameters) {
            boolean kernels = parameter.getShape().dimension() == 4;
            this.parameters.put(parameter.getName(), kernels ? channelsLast(parameter) : parameter);
        }
    }

    /** Returns all parameters of a graph under their names. */
    static NDList parameters(Graph graph, NDManager manager) {
        var arrays = new NDList();
        graph.nodes().stream().flatMap(node -> parameters(node.op())).forEach(parameter -> {
            long[] shape = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
            NDArray array = manager.create(parameter.values(), new Shape(shape));
            array.setName(parameter.name());
            arrays.add(array);
        });
        return arrays;
    }

    private static Stream<Parameter> parameters(Op op) {
        return switch (op) {
            case Op.PatchEmbedding conv -> Stream.of(conv.weights(), conv.bias());
            case Op.Convolution conv -> Stream.of(conv.weights(), conv.bias());
            case Op.Downsample conv -> Stream.of(conv.weights(), conv.bias());
            case Op.DepthwiseConv conv -> Stream.of(conv.weights(), conv.bias());
            case Op.Linear linear -> Stream.of(linear.weights(), linear.bias());
            case Op.ChannelNorm norm -> norm.affine().stream()
                    .flatMap(affine -> Stream.concat(Stream.of(affine.scale()), affine.shift().stream()));
            case Op.ResponseNorm norm -> Stream.concat(Stream.of(norm.gamma()), norm.beta().stream());
            case Op.LayerScale(Parameter gamma) -> Stream.of(gamma);
            default -> Stream.of();
        };
    }

    /** The same kernels {@code [out, in, h, w]}, so laid out that PyTorch need not do it in every run. */
    private static NDArray channelsLast(NDArray kernels) {
        try (NDArray view = kernels.transpose(0, 2, 3, 1); NDArray copy = view.flatten()) {
            return copy.reshape(view.getShape()).transpose(0, 3, 1, 2);
        }
    }

    /**
     * Runs the model.
     *
     * @param images {@code [N, 3, H, W]}; they stay the caller's
     * @return {@code [N, classes]}
     */
    float[] logits(NDArray images) {
        live.put(graph.input(), images.transpose(0, 2, 3, 1));
        List<Node> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            live.put(node.output(), run(node, live.get(node.input())));
            List<Node> later = nodes.subList(i + 1, nodes.size());
            node.inputs().stream().filter(live::containsKey)
                    .filter(value -> later.stream().noneMatch(other -> other.inputs().contains(value)))
                    .forEach(value -> live.remove(value).close());
        }
        try (NDArray logits = live.remove(graph.classifier().orElseThrow().logits())) {
            return logits.toFloatArray();
        }
    }

    private NDArray run(Node node, NDArray x) {
        return switch (node.op()) {
            case Op.PatchEmbedding conv -> convolution(x, conv.weights(), conv.bias(), conv.window(), 1);
            case Op.Convolution conv -> convolution(x, conv.weights(), conv.bias(), conv.window(), 1);
            case Op.Downsample conv ->
                convolution(x, conv.weights(), conv.bias(), Window.tiles(conv.weights().shape().getLast()), 1);
            case Op.DepthwiseConv conv ->
                convolution(x, conv.weights(), conv.bias(), conv.window(), conv.bias().size());
            case Op.ChannelNorm norm when norm.norm().kind() == Norm.Kind.LAYER_NORM -> layerNorm(x, norm);
            case Op.Linear linear ->
                Linear.linear(x, array(linear.weights()), array(linear.bias())).singletonOrThrow();
            case Op.Activate(Activation function) when function == Activation.GELU ->
                ai.djl.nn.Activation.gelu(x);
            case Op.ResponseNorm norm -> responseNorm(x, norm);
            case Op.LayerScale(Parameter gamma) -> x.mul(array(gamma));
            case Op.Add _ -> x.add(live.get(node.inputs().getLast()));
            // a mean of several axes is not supported
            case Op.GlobalPool _ -> x.sum(PIXELS).divi(x.getShape().get(1) * x.getShape().get(2));
            default -> throw new IllegalArgumentException("not written for DJL: " + node.op());
        };
    }

    private NDArray convolution(NDArray x, Parameter weights, Parameter bias, Window window, int groups) {
        Shape stride = square(window.stride());
        Shape dilation = square(window.dilation());
        try (NDArray planar = x.transpose(0, 3, 1, 2);
                NDArray y = Conv2d.conv2d(planar, array(weights), array(bias), stride, square(window.before()),
                        dilation, groups).singletonOrThrow()) {
            return y.transpose(0, 2, 3, 1);
        }
    }

    private static Shape square(int edge) {
        return new Shape(edge, edge);
    }

    private NDArray layerNorm(NDArray x, Op.ChannelNorm norm) {
        Shape channels = new Shape(x.getShape().tail());
        float eps = (float) norm.norm().eps();
        if (norm.affine().isPresent()) {
            NDArray scale = array(norm.affine().get().scale());
            NDArray shift = array(norm.affine().get().shift().orElseThrow());
            return LayerNorm.layerNorm(x, channels, scale, shift, eps).singletonOrThrow();
        }
        try (NDArray ones = x.getManager().ones(channels); NDArray zeros = x.getManager().zeros(channels)) {
            return LayerNorm.layerNorm(x, channels, ones, zeros, eps).singletonOrThrow();
        }
    }

    private NDArray responseNorm(NDArray x, Op.ResponseNorm norm) {
        try (NDArray lengths = x.norm(2, PIXELS, true);
                NDArray factors = lengths.mean(CHANNELS, true)) {
            factors.addi(RESPONSE_EPS);
            lengths.divi(factors).muli(array(norm.gamma())).addi(1);
            // x + gamma · n · x is one product with the map and not two passes over it
            NDArray y = x.mul(lengths);
            return norm.beta().map(beta -> y.addi(array(beta))).orElse(y);
        }
    }

    private NDArray array(Parameter parameter) {
        return parameters.get(parameter.name());
    }
}
