package io.panext.graph;

import io.panext.zoo.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Lets an op absorb its neighbours, so that a map is finished while it is in cache:
 * <ul>
 * <li>a norm into the stem or the convolution before it, or into the 2×2 convolution after it;
 * <li>the activation and the residual addition into the linear before them, a stem's activation into its convolution;
 * <li>GRN into the linears around it: the sums of squares behind the first and its GELU, the rest in front of the second.
 * </ul>
 */
public final class Fusion {

    private Fusion() {}

    /** Returns an equivalent graph of fewer, larger ops. */
    public static Graph fuse(Graph graph) {
        var nodes = new ArrayList<Node>();
        for (Node node : graph.nodes()) {
            Optional<Node> fused = nodes.isEmpty() ? Optional.empty() : fuse(graph, nodes.getLast(), node);
            fused.ifPresent(_ -> nodes.removeLast());
            nodes.add(fused.orElse(node));
        }
        return graph.withNodes(nodes);
    }

    /** Returns one node that does what two do, if there is such an op. */
    private static Optional<Node> fuse(Graph graph, Node before, Node node) {
        if (!node.input().equals(before.output())) {
            return Optional.empty();
        }
        if (node.op() instanceof Op.SumSquares && before.op() instanceof Op.Linear linear
                && linear.postOps().equals(List.of(Op.PostOp.GELU))) {
            return Optional.of(new Node(before.name(), with(linear, Op.PostOp.SUM_SQUARES),
                    before.inputs(), List.of(before.output(), node.output())));
        }
        if (graph.readers(node.input()) > 1) {
            return Optional.empty();
        }
        return fuse(before.op(), node.op())
                .map(op -> new Node(name(before, node), op, inputs(before, node), node.outputs()));
    }

    private static Optional<Op> fuse(Op before, Op op) {
        return switch (before) {
            case Op.PatchEmbedding stem when op instanceof Op.Activate(Activation function)
                    && stem.activation().isEmpty() && stem.norm().isEmpty() ->
                Optional.of(new Op.PatchEmbedding(stem.window(), stem.weights(), stem.bias(), Optional.of(function),
                        stem.norm()));
            case Op.PatchEmbedding stem when op instanceof Op.ChannelNorm norm && stem.norm().isEmpty() ->
                Optional.of(new Op.PatchEmbedding(stem.window(), stem.weights(), stem.bias(), stem.activation(),
                        Optional.of(norm)));
            case Op.Convolution conv when op instanceof Op.ChannelNorm norm && conv.norm().isEmpty() ->
                Optional.of(new Op.Convolution(conv.window(), conv.weights(), conv.bias(), Optional.of(norm)));
            case Op.DepthwiseConv conv when op instanceof Op.ChannelNorm norm && conv.norm().isEmpty() ->
                Optional.of(new Op.DepthwiseConv(conv.weights(), conv.bias(), conv.dilation(), Optional.of(norm)));
            case MaskedOp.PatchEmbedding(Op.PatchEmbedding stem, int edge) when stem.norm().isEmpty() ->
                fuse(stem, op).map(fused -> new MaskedOp.PatchEmbedding((Op.PatchEmbedding) fused, edge));
            case MaskedOp.DepthwiseConv(Op.DepthwiseConv conv) when conv.norm().isEmpty() ->
                fuse(conv, op).map(fused -> new MaskedOp.DepthwiseConv((Op.DepthwiseConv) fused));
            case Op.ChannelNorm norm when op instanceof Op.Downsample conv ->
                Optional.of(new Op.Downsample(Optional.of(norm), conv.weights(), conv.bias()));
            case Op.Linear linear when op instanceof Op.Activate(Activation function) && linear.postOps().isEmpty() ->
                Optional.of(with(linear, Op.PostOp.of(function)));
            case Op.Linear linear when op instanceof Op.Add && linear.postOps().isEmpty() ->
                Optional.of(with(linear, Op.PostOp.ADD));
            case Op.ResponseNorm norm when op instanceof Op.Linear linear && norm.beta().isEmpty() ->
                Optional.of(
                        new Op.Linear(linear.weights(), linear.bias(), Optional.of(norm.gamma()), linear.postOps()));
            default -> Optional.empty();
        };
    }

    /**
     * Returns one node that does what the two linears of a block do, called after both, if that is what the nodes are.
     * Between them is no response norm, which needs the whole hidden map before the second linear can begin. Whether it is
     * of use depends on shapes: {@link #fuse} leaves linears as they are.
     */
    public static Optional<Node> join(Graph graph, Node before, Node node) {
        if (before.op() instanceof Op.Linear expand && node.op() instanceof Op.Linear project
                && node.input().equals(before.output()) && activates(expand) && project.responseGamma().isEmpty()
                && project.postOps().equals(List.of(Op.PostOp.ADD)) && graph.readers(node.input()) == 1) {
            String name = node.name().replaceFirst("\\.[^.]*$", "");
            return Optional.of(new Node(name, new Op.Mlp(expand, project), inputs(before, node), node.outputs()));
        }
        return Optional.empty();
    }

    private static boolean activates(Op.Linear linear) {
        return linear.responseGamma().isEmpty() && linear.postOps().size() == 1
                && switch (linear.postOps().getFirst()) {
                    case GELU, GELU_TANH, SILU -> true;
                    case SUM_SQUARES, ADD -> false;
                };
    }

    private static Op.Linear with(Op.Linear linear, Op.PostOp postOp) {
        return new Op.Linear(linear.weights(), linear.bias(), linear.responseGamma(),
                Stream.concat(linear.postOps().stream(), Stream.of(postOp)).toList());
    }

    /** A fused node is called after the one that has the weights. */
    private static String name(Node before, Node node) {
        return switch (node.op()) {
            case Op.Linear _,Op.Downsample _ -> node.name();
            default -> before.name();
        };
    }

    /** What both read from elsewhere, in the order in which they read it. */
    private static List<Value> inputs(Node before, Node node) {
        return Stream.concat(before.inputs().stream(), node.inputs().stream().skip(1)).toList();
    }
}
