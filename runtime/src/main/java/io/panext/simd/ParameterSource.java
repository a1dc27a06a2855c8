package io.panext.simd;

import io.panext.kernels.WeightSource;
import io.panext.kernels.Windows;
import io.panext.zoo.Parameter;

/**
 * A linear's or a convolution's parameters, read as they are packed.
 *
 * @param parameter {@code [out, in, ...]}
 * @param biases    {@code [out]}
 */
record ParameterSource(Parameter parameter, Parameter biases) implements WeightSource {

    @Override
    public int columns() {
        return biases.size();
    }

    @Override
    public int depth() {
        return parameter.size() / biases.size();
    }

    @Override
    public void weights(int from, int count, float[] dst) {
        parameter.read(from * depth(), dst, count * depth());
    }

    @Override
    public void bias(int from, int count, float[] dst) {
        biases.read(from, dst, count);
    }

    /** Returns the weights {@code [out, in, kernel, kernel]} of a convolution in the order of gathered rows. */
    static WeightSource inRowOrder(Parameter weights, Parameter bias) {
        return new RowOrder(new ParameterSource(weights, bias), weights.shape().get(1));
    }

    private record RowOrder(ParameterSource source, int channels) implements WeightSource {

        @Override
        public int columns() {
            return source.columns();
        }

        @Override
        public int depth() {
            return source.depth();
        }

        @Override
        public void weights(int from, int count, float[] dst) {
            source.weights(from, count, dst);
            System.arraycopy(Windows.rowOrder(dst, channels, depth() / channels), 0, dst, 0, count * depth());
        }

        @Override
        public void bias(int from, int count, float[] dst) {
            source.bias(from, count, dst);
        }
    }
}
