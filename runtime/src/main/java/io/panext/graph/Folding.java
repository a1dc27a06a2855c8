package io.panext.graph;

import io.panext.zoo.Norm;
import io.panext.zoo.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which constants are moved into the weights beside them. It is exact in real arithmetic; sums are double, so that only
 * one rounding is added.
 */
public enum Folding {

    /** None. */
    NONE,

    /**
     * Those that would keep ops from being {@linkplain Fusion fused}: GRN's beta goes into the bias of the linear that
     * follows, the layer scale into the linear before it. Norms scale and shift, which costs their runs little, so
     * that loading has no work with the weights that follow them.
     */
    FOR_FUSION,

    /**
     * Besides, a norm's scale and shift go into the linear or the 2×2 convolution that follows. A norm before zero padding
     * keeps its own, for the padding is not shifted; so does the head's, for features are an output.
     */
    ALL;

    /** Returns an equivalent graph with the constants folded. */
    public Graph fold(Graph graph) {
        if (this == NONE) {
            return graph;
        }
        var nodes = new ArrayList<Node>();
        for (Node node : graph.nodes()) {
            boolean chained = !nodes.isEmpty() && node.input().equals(nodes.getLast().output())
                    && graph.readers(node.input()) == 1;
            List<Node> folded = chained ? fold(nodes.getLast(), node) : List.of();
            if (folded.isEmpty()) {
                nodes.add(node);
            } else {
                nodes.removeLast();
                nodes.addAll(folded);
            }
        }
        return graph.withNodes(nodes);
    }

    /** Returns what takes the place of a node and the only one that reads it, or nothing if there is nothing to fold. */
    private List<Node> fold(Node before, Node node) {
        return switch (before.op()) {
            case Op.ChannelNorm(Norm norm, Optional<Op.Affine> affine) when this == ALL && affine.isPresent() ->
                absorb(affine.get(), node.op())
                        .map(op -> List.of(before.withOp(new Op.ChannelNorm(norm, Optional.empty())), node.withOp(op)))
                        .orElse(List.of());
            case Op.ResponseNorm(Parameter gamma, Optional<Parameter> beta) when beta.isPresent()
                    && node.op() instanceof Op.Linear linear -> {
                Layer layer = shifted(new Layer(linear.weights(), linear.bias()), beta.get());
                yield List.of(before.withOp(new Op.ResponseNorm(gamma, Optional.empty())),
                        node.withOp(new Op.Linear(layer.weights(), layer.bias(), linear.responseGamma(),
                                linear.postOps())));
            }
            case Op.Linear linear when node.op() instanceof Op.LayerScale(Parameter gamma) -> {
                Op scaled = new Op.Linear(rowsScaled(linear.weights(), gamma), rowsScaled(linear.bias(), gamma),
                        linear.responseGamma(), linear.postOps());
                yield List.of(new Node(before.name(), scaled, before.inputs(), node.outputs()));
            }
            default -> List.of();
        };
    }

    private static Optional<Op> absorb(Op.Affine affine, Op op) {
        return switch (op) {
            case Op.Linear(Parameter weights, Parameter bias, Optional<Parameter> gamma, List<Op.PostOp> postOps) -> {
                Layer layer = absorb(affine, new Layer(weights, bias));
                yield Optional.of(new Op.Linear(layer.weights(), layer.bias(), gamma, postOps));
            }
            case Op.Downsample(Optional<Op.ChannelNorm> norm, Parameter weights, Parameter bias) -> {
                Layer layer = absorb(affine, new Layer(weights, bias));
                yield Optional.of(new Op.Downsample(norm, layer.weights(), layer.bias()));
            }
            default -> Optional.empty();
        };
    }

    private record Layer(Parameter weights, Parameter bias) {}

    private static Layer absorb(Op.Affine affine, Layer layer) {
        Layer shifted = affine.shift().map(constants -> shifted(layer, constants)).orElse(layer);
        return new Layer(inputsScaled(shifted.weights(), affine.scale()), shifted.bias());
    }

    private static Layer shifted(Layer layer, Parameter constants) {
        var input = new ConstantInput(layer.weights(), constants);
        return new Layer(input.weights(), input.bias(layer.bias()));
    }

    /** Weights {@code [out, in, ...]} times a factor for each input channel. */
    private static Parameter inputsScaled(Parameter weights, Parameter factors) {
        int row = InputRow.length(weights);
        var input = new InputRow(weights, factors);
        return DerivedParameter.like(weights, (from, dst, count) -> {
            weights.read(from, dst, count);
            float[] f = input.values();
            for (int at = from % row, i = 0; i < count; at = 0) {
                int end = i + Math.min(row - at, count - i);
                for (; i < end; i++, at++) {
                    dst[i] *= f[at];
                }
            }
        });
    }

    /** Weights {@code [out, ...]} times a factor for each output channel. */
    private static Parameter rowsScaled(Parameter weights, Parameter factors) {
        int row = InputRow.length(weights);
        return DerivedParameter.like(weights, (from, dst, count) -> {
            weights.read(from, dst, count);
            float[] f = factors.values();
            for (int out = from / row, i = 0; i < count; out++) {
                int end = Math.min((out + 1) * row - from, count);
                for (; i < end; i++) {
                    dst[i] *= f[out];
                }
            }
        });
    }
}
