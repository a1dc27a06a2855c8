package io.panext.graph;

import io.panext.zoo.Parameter;
import java.util.Arrays;

/** Weights {@code [out, in, ...]} as rows, one for each output channel. */
final class Rows {

    private Rows() {}

    /** Returns the weights of an output channel. */
    static int length(Parameter weights) {
        return weights.size() / weights.shape().getFirst();
    }

    /** Returns a value for each input channel, repeated for the taps of a kernel: as long as a row. */
    static float[] over(Parameter weights, Parameter channels) {
        float[] values = channels.values();
        int taps = length(weights) / values.length;
        float[] row = new float[length(weights)];
        for (int channel = 0; channel < values.length; channel++) {
            Arrays.fill(row, channel * taps, (channel + 1) * taps, values[channel]);
        }
        return row;
    }
}
