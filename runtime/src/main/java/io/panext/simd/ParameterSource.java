package io.panext.simd;

import io.panext.kernels.WeightSource;
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
}
