package io.panext.graph;

import io.panext.zoo.Parameter;
import java.util.Arrays;

/** A value for each input channel of weights {@code [out, in, ...]}, repeated for the taps of a kernel. */
final class InputRow {

    private final Parameter weights;
    private final Parameter channels;
    private float[] values;

    /** @param channels {@code [in]}, read when it is first needed */
    InputRow(Parameter weights, Parameter channels) {
        this.weights = weights;
        this.channels = channels;
    }

    /** Returns the weights of an output channel. */
    static int length(Parameter weights) {
        return weights.size() / weights.shape().getFirst();
    }

    /** Returns as many values as a row of the weights has; not to be changed. */
    synchronized float[] values() {
        if (values == null) {
            float[] some = channels.values();
            int taps = length(weights) / some.length;
            float[] row = new float[length(weights)];
            for (int channel = 0; channel < some.length; channel++) {
                Arrays.fill(row, channel * taps, (channel + 1) * taps, some[channel]);
            }
            values = row;
        }
        return values;
    }
}
