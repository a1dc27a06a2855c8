package io.panext.graph;

import io.panext.zoo.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Moves constants into the weights beside them, exact in real arithmetic:
 * <ul>
 * <li>a norm's scale and shift into the linear or the 2×2 convolution that follows;
 * <li>GRN's beta into the bias of the linear that follows;
 * <li>the layer scale into the linear before it.
 * </ul>
 * The head's norm keeps its own: pooled features are an output. Sums are double, so that only one rounding is added.
 */
public final class Folding {

    private Folding() {}

    /** Returns an equivalent graph with the constants folded. */
    public static Graph fold(Graph graph) {
        var nodes = new ArrayList<Node>();
        for (Node node : graph.nodes()) {
            Optional<Node> before = nodes.isEmpty() ? Optional.empty() : Optional.of(nodes.getLast());
            boolean chained = before.isPresent() && node.input().equals(before.get().output())
                    && graph.readers(node.input()) == 1;
            if (!chained || !fold(nodes, before.get(), node)) {
                nodes.add(node);
            }
        }
        return graph.withNodes(nodes);
    }

    private static boolean fold(List<Node> nodes, Node before, Node node) {
        switch (before.op()) {
            case Op.LayerNorm(double eps, Optional<Op.Affine> affine) when affine.isPresent() -> {
                Optional<Op> folded = absorb(affine.get(), node.op());
                folded.ifPresent(op -> {
                    nodes.set(nodes.size() - 1, before.withOp(new Op.LayerNorm(eps, Optional.empty())));
                    nodes.add(node.withOp(op));
                });
                return folded.isPresent();
            }
            case Op.ResponseScale(Optional<Parameter> beta) when beta.isPresent()
                    && node.op() instanceof Op.Linear linear -> {
                nodes.set(nodes.size() - 1, before.withOp(new Op.ResponseScale(Optional.empty())));
                nodes.add(node.withOp(new Op.Linear(linear.weights(),
                        shifted(linear.bias(), linear.weights(), beta.get()), linear.scaled(), linear.postOps())));
                return true;
            }
            case Op.Linear linear when node.op() instanceof Op.LayerScale(Parameter gamma) -> {
                Op scaled = new Op.Linear(rowsScaled(linear.weights(), gamma), rowsScaled(linear.bias(), gamma),
                        linear.scaled(), linear.postOps());
                nodes.set(nodes.size() - 1, new Node(before.name(), scaled, before.inputs(), node.outputs()));
                return true;
            }
            default -> {
                return false;
            }
        }
    }

    private static Optional<Op> absorb(Op.Affine affine, Op op) {
        return switch (op) {
            case Op.Linear linear -> Optional.of(new Op.Linear(inputsScaled(linear.weights(), affine.scale()),
                    shifted(linear.bias(), linear.weights(), affine.shift()), linear.scaled(), linear.postOps()));
            case Op.Downsample conv -> Optional.of(new Op.Downsample(conv.norm(),
                    inputsScaled(conv.weights(), affine.scale()),
                    shifted(conv.bias(), conv.weights(), affine.shift())));
            default -> Optional.empty();
        };
    }

    /** Weights {@code [out, in, ...]} times a factor for each input channel. */
    private static Parameter inputsScaled(Parameter weights, Parameter factors) {
        return DerivedParameter.like(weights, () -> {
            float[] w = weights.values();
            float[] f = factors.values();
            int taps = taps(weights);
            for (int i = 0; i < w.length; i++) {
                w[i] *= f[i / taps % f.length];
            }
            return w;
        });
    }

    /** Weights {@code [out, ...]} times a factor for each output channel. */
    private static Parameter rowsScaled(Parameter weights, Parameter factors) {
        return DerivedParameter.like(weights, () -> {
            float[] w = weights.values();
            float[] f = factors.values();
            int row = w.length / f.length;
            for (int i = 0; i < w.length; i++) {
                w[i] *= f[i / row];
            }
            return w;
        });
    }

    /** The bias plus what the weights make of a constant in each input channel. */
    private static Parameter shifted(Parameter bias, Parameter weights, Parameter shift) {
        return DerivedParameter.like(bias, () -> {
            float[] b = bias.values();
            float[] w = weights.values();
            float[] s = shift.values();
            int taps = taps(weights);
            int row = w.length / b.length;
            for (int out = 0; out < b.length; out++) {
                double sum = b[out];
                for (int i = 0; i < row; i++) {
                    sum += (double) w[out * row + i] * s[i / taps];
                }
                b[out] = (float) sum;
            }
            return b;
        });
    }

    /** Values of the kernel for each pair of channels: 1 for a linear. */
    private static int taps(Parameter weights) {
        return weights.shape().stream().skip(2).reduce(1, Math::multiplyExact);
    }
}
