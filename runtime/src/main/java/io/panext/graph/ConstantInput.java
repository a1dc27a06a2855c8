package io.panext.graph;

import io.panext.zoo.Parameter;
import java.util.Arrays;

/**
 * A constant in each input channel of a layer, and what its weights make of it, which belongs to the bias. That is worked
 * out row by row while the weights are read, so that whoever reads them before the bias reads them once.
 */
final class ConstantInput {

    private final Parameter weights;
    private final InputRow constants;
    private final double[] products;

    /**
     * @param weights   {@code [out, in, ...]}
     * @param constants {@code [in]}
     */
    ConstantInput(Parameter weights, Parameter constants) {
        this.weights = weights;
        this.constants = new InputRow(weights, constants);
        this.products = new double[weights.shape().getFirst()];
        Arrays.fill(products, Double.NaN);
    }

    /** Returns the weights as they are. */
    Parameter weights() {
        return DerivedParameter.like(weights, this::read);
    }

    private void read(int from, float[] dst, int count) {
        weights.read(from, dst, count);
        int row = InputRow.length(weights);
        float[] input = constants.values();
        for (int out = Math.ceilDiv(from, row); (out + 1) * row <= from + count; out++) {
            know(out, dot(dst, out * row - from, input));
        }
    }

    /** Returns the bias with what the weights make of the constants. */
    Parameter bias(Parameter bias) {
        return DerivedParameter.like(bias, (from, dst, count) -> {
            bias.read(from, dst, count);
            int row = InputRow.length(weights);
            for (int i = 0; i < count; i++) {
                if (Double.isNaN(product(from + i))) {
                    read((from + i) * row, new float[row], row);
                }
                dst[i] = (float) (dst[i] + product(from + i));
            }
        });
    }

    private synchronized void know(int out, double product) {
        products[out] = product;
    }

    private synchronized double product(int out) {
        return products[out];
    }

    /** Four sums at a time: one would wait for each addition. */
    private static double dot(float[] a, int from, float[] b) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = 0;
        for (; i + 4 <= b.length; i += 4) {
            sum0 += (double) a[from + i] * b[i];
            sum1 += (double) a[from + i + 1] * b[i + 1];
            sum2 += (double) a[from + i + 2] * b[i + 2];
            sum3 += (double) a[from + i + 3] * b[i + 3];
        }
        for (; i < b.length; i++) {
            sum0 += (double) a[from + i] * b[i];
        }
        return sum0 + sum1 + (sum2 + sum3);
    }
}
