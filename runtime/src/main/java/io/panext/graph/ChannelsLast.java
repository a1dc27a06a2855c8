package io.panext.graph;

import io.panext.kernels.Windows;
import io.panext.zoo.Parameter;
import java.util.List;

/** Weights of a convolution in the order of NHWC images, so that each output channel's fit a row of gathered pixels. */
public final class ChannelsLast {

    private ChannelsLast() {}

    /**
     * Returns weights {@code [out, in, kernel, kernel]} as {@code [out, kernel, kernel, in]}. They are read by whole
     * output channels.
     */
    public static Parameter of(Parameter weights) {
        int channels = weights.shape().get(1);
        int row = InputRow.length(weights);
        return new DerivedParameter(weights.name(),
                List.of(weights.shape().getFirst(), weights.shape().get(2), weights.shape().get(3), channels),
                (from, dst, count) -> {
                    if (from % row != 0 || count % row != 0) {
                        throw new IllegalArgumentException(weights.name() + " is read by whole output channels");
                    }
                    float[] some = new float[count];
                    weights.read(from, some, count);
                    System.arraycopy(Windows.rowOrder(some, channels, row / channels), 0, dst, 0, count);
                });
    }
}
