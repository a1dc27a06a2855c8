package io.panext.zoo;

import java.util.List;

/** A layer with learned parameters, and what it costs per pixel of its output. */
sealed interface Layer {

    /** The {@link #reduction()} of layers that follow the global average pooling: one pixel whatever the image. */
    int POOLED = 0;

    /** How many image pixels, along an edge, make one pixel of the layer's output; or {@link #POOLED}. */
    int reduction();

    /** The layer's tensors in state-dict order. */
    List<ParameterShape> parameters();

    /** Multiply-accumulates of convolutions and linears. */
    default long macsPerPixel() {
        return 0;
    }

    /** What fvcore's flop counter adds, in its own unit. */
    default long fvcoreFlopsPerPixel() {
        return macsPerPixel();
    }

    /** Values that a convolution or linear writes. */
    default long activationsPerPixel() {
        return 0;
    }

    /** Pixels of the layer's output for an image; edges are floored, for no layer but the depthwise one pads. */
    default long pixels(int height, int width) {
        return reduction() == POOLED ? 1 : Math.multiplyExact((long) (height / reduction()), width / reduction());
    }

    /** A convolution with bias: dense if {@code in} is the input's channel count, depthwise if it is 1. */
    record Convolution(String name, int out, int in, int kernel, int reduction) implements Layer {

        @Override
        public List<ParameterShape> parameters() {
            return weightAndBias(name, ParameterShape.of(name + ".weight", out, in, kernel, kernel));
        }

        @Override
        public long macsPerPixel() {
            return (long) out * in * kernel * kernel;
        }

        @Override
        public long activationsPerPixel() {
            return out;
        }
    }

    /** A linear with bias, applied at every pixel. */
    record Linear(String name, int out, int in, int reduction) implements Layer {

        @Override
        public List<ParameterShape> parameters() {
            return weightAndBias(name, ParameterShape.of(name + ".weight", out, in));
        }

        @Override
        public long macsPerPixel() {
            return (long) out * in;
        }

        @Override
        public long activationsPerPixel() {
            return out;
        }
    }

    /** A layer norm over the channels of each pixel. */
    record LayerNorm(String name, int channels, int reduction) implements Layer {

        private static final int FVCORE_FLOPS_PER_VALUE = 5;

        @Override
        public List<ParameterShape> parameters() {
            return weightAndBias(name, ParameterShape.of(name + ".weight", channels));
        }

        @Override
        public long fvcoreFlopsPerPixel() {
            return (long) FVCORE_FLOPS_PER_VALUE * channels;
        }
    }

    /** A global response normalisation over all pixels of an image. */
    record ResponseNorm(String name, int channels, int reduction) implements Layer {

        @Override
        public List<ParameterShape> parameters() {
            return weightAndBias(name, ParameterShape.of(name + ".weight", channels));
        }
    }

    /** V1's scale per channel of a block's output; its one tensor is the layer's own name. */
    record LayerScale(String name, int channels, int reduction) implements Layer {

        @Override
        public List<ParameterShape> parameters() {
            return List.of(ParameterShape.of(name, channels));
        }
    }

    private static List<ParameterShape> weightAndBias(String name, ParameterShape weight) {
        return List.of(weight, ParameterShape.of(name + ".bias", weight.shape().getFirst()));
    }
}
