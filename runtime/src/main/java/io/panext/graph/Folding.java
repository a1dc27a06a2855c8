package io.panext.graph;

import io.panext.zoo.Norm;
import io.panext.zoo.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Moves constants into the weights beside them, exact in real arithmetic:
 * <ul>
 * <li>a norm's scale and shift into the linear or the 2×2 convolution that follows;
 * <li>GRN's beta into the bias of the linear that follows;
 * <li>the layer scale into the linear before it.
 * </ul>
 * A norm before zero padding keeps its own, for the padding is not shifted; so does the head's, for features are an
 * output. Sums are double, so that only one rounding is added.
 */
public final class Folding {

    private Folding() {}

    /** Returns an equivalent graph with the constants folded. */
    public static Graph fold(Graph graph) {
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
    private static List<Node> fold(Node before, Node node) {
        return switch (before.op()) {
            case Op.ChannelNorm(Norm norm, Optional<Op.Affine> affine) when affine.isPresent() ->
                absorb(affine.get(), node.op())
                        .map(op -> List.of(before.withOp(new Op.ChannelNorm(norm, Optional.empty())), node.withOp(op)))
                        .orElse(List.of());
            case Op.ResponseNorm(Parameter gamma, Optional<Parameter> beta) when beta.isPresent()
                    && node.op() instanceof Op.Linear linear ->
                List.of(before.withOp(new Op.ResponseNorm(gamma, Optional.empty())),
                        node.withOp(new Op.Linear(linear.weights(),
                                shifted(linear.bias(), linear.weights(), beta.get()), linear.responseGamma(),
                                linear.postOps())));
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
            case Op.Linear linear -> Optional.of(new Op.Linear(inputsScaled(linear.weights(), affine.scale()),
                    shifted(linear.bias(), linear.weights(), affine), linear.responseGamma(), linear.postOps()));
            case Op.Downsample conv -> Optional.of(new Op.Downsample(conv.norm(),
                    inputsScaled(conv.weights(), affine.scale()), shifted(conv.bias(), conv.weights(), affine)));
            default -> Optional.empty();
        };
    }

    private static Parameter shifted(Parameter bias, Parameter weights, Op.Affine affine) {
        return affine.shift().map(shift -> shifted(bias, weights, shift)).orElse(bias);
    }

    /** Weights {@code [out, in, ...]} times a factor for each input channel. */
    private static Parameter inputsScaled(Parameter weights, Parameter factors) {
        int row = row(weights);
        return DerivedParameter.like(weights, (from, dst, count) -> {
            weights.read(from, dst, count);
            float[] f = overRow(weights, factors);
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
        int row = row(weights);
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

    /** The bias plus what the weights make of a constant in each input channel, worked out row by row. */
    private static Parameter shifted(Parameter bias, Parameter weights, Parameter shift) {
        int row = row(weights);
        return DerivedParameter.like(bias, (from, dst, count) -> {
            bias.read(from, dst, count);
            float[] s = overRow(weights, shift);
            float[] w = new float[row];
            for (int out = 0; out < count; out++) {
                weights.read((from + out) * row, w, row);
                dst[out] = (float) (dst[out] + dot(w, s));
            }
        });
    }

    /** Four sums at a time: one would wait for each addition. */
    private static double dot(float[] a, float[] b) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = 0;
        for (; i + 4 <= a.length; i += 4) {
            sum0 += (double) a[i] * b[i];
            sum1 += (double) a[i + 1] * b[i + 1];
            sum2 += (double) a[i + 2] * b[i + 2];
            sum3 += (double) a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            sum0 += (double) a[i] * b[i];
        }
        return sum0 + sum1 + (sum2 + sum3);
    }

    /** A value for each input channel, repeated for the taps of a kernel: as long as a row of the weights. */
    private static float[] overRow(Parameter weights, Parameter channels) {
        float[] values = channels.values();
        int taps = row(weights) / values.length;
        float[] row = new float[row(weights)];
        for (int channel = 0; channel < values.length; channel++) {
            Arrays.fill(row, channel * taps, (channel + 1) * taps, values[channel]);
        }
        return row;
    }

    /** Weights of an output channel. */
    private static int row(Parameter weights) {
        return weights.size() / weights.shape().getFirst();
    }
}
