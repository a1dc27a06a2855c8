package io.panext.jmh;

import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Matrix;
import io.panext.zoo.Norm;
import java.util.Arrays;
import java.util.List;

/** A layer by its formula, in double and in no haste: nothing of it is shared with any kernel. */
@FunctionalInterface
interface LayerReference {

    /** Returns the values of a pixel. */
    double[] row(int row);

    /**
     * Returns the reference of an op.
     *
     * @param shape  of the map that it works on
     * @param inputs what it reads, that map first
     * @throws IllegalArgumentException if there is none
     */
    static LayerReference of(Op op, Shape shape, List<Matrix> inputs) {
        Matrix src = inputs.getFirst();
        return switch (op) {
            case Op.DepthwiseConv conv when conv.dilation() == 1 && conv.norm().isEmpty() ->
                depthwise(conv, shape, src);
            case Op.ChannelNorm(Norm norm, var affine) when affine.isEmpty()
                    && norm.kind() == Norm.Kind.LAYER_NORM ->
                row -> layerNorm(values(src, row), norm.eps());
            case Op.Linear linear -> linear(linear, row -> values(src, row), inputs.getLast());
            case Op.Mlp mlp -> linear(mlp.project(), linear(mlp.expand(), row -> values(src, row), src),
                    inputs.getLast());
            default -> throw new IllegalArgumentException("no reference for " + op);
        };
    }

    private static double[] values(Matrix map, int row) {
        double[] values = new double[map.columns()];
        Arrays.setAll(values, column -> map.get(row, column));
        return values;
    }

    private static LayerReference depthwise(Op.DepthwiseConv conv, Shape shape, Matrix src) {
        float[] weights = conv.weights().values();
        float[] bias = conv.bias().values();
        int kernel = conv.kernel();
        return row -> {
            int image = row / shape.pixels() * shape.pixels();
            int top = row % shape.pixels() / shape.width() - kernel / 2;
            int left = row % shape.width() - kernel / 2;
            double[] sums = new double[bias.length];
            for (int channel = 0; channel < sums.length; channel++) {
                sums[channel] = bias[channel];
                for (int tap = 0; tap < kernel * kernel; tap++) {
                    int y = top + tap / kernel;
                    int x = left + tap % kernel;
                    if (y >= 0 && y < shape.height() && x >= 0 && x < shape.width()) {
                        sums[channel] += (double) weights[channel * kernel * kernel + tap]
                                * src.get(image + y * shape.width() + x, channel);
                    }
                }
            }
            return sums;
        };
    }

    private static double[] layerNorm(double[] values, double eps) {
        double mean = Arrays.stream(values).average().orElseThrow();
        double variance = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).average().orElseThrow();
        return Arrays.stream(values).map(value -> (value - mean) / Math.sqrt(variance + eps)).toArray();
    }

    private static LayerReference linear(Op.Linear linear, LayerReference src, Matrix residual) {
        float[] weights = linear.weights().values();
        float[] bias = linear.bias().values();
        return row -> {
            double[] values = src.row(row);
            double[] sums = new double[bias.length];
            for (int out = 0; out < sums.length; out++) {
                sums[out] = bias[out];
                for (int in = 0; in < values.length; in++) {
                    sums[out] += values[in] * weights[out * values.length + in];
                }
                for (Op.PostOp postOp : linear.postOps()) {
                    sums[out] = switch (postOp) {
                        case GELU -> sums[out] * normal(sums[out]);
                        case ADD -> sums[out] + residual.get(row, out);
                        case GELU_TANH, SILU, SUM_SQUARES ->
                            throw new IllegalArgumentException("no reference for " + postOp);
                    };
                }
            }
            return sums;
        };
    }

    /** The cumulative distribution of the standard normal distribution (Abramowitz and Stegun, 26.2.11). */
    private static double normal(double x) {
        if (Math.abs(x) > 8) {
            return x > 0 ? 1 : 0;
        }
        double term = x;
        double sum = x;
        for (int n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
            term *= x * x / n;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
}
