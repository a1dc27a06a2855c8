package io.panext.zoo;

import java.util.List;
import java.util.function.IntUnaryOperator;

/** A layer with learned parameters, and what it costs per pixel of its output. */
sealed interface Layer {

    /** From the edge of an image, in pixels, to that of the layer's output. */
    IntUnaryOperator edge();

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

    /** Pixels of the layer's output for an image. */
    default long pixels(int height, int width) {
        return Math.multiplyExact((long) edge().applyAsInt(height), edge().applyAsInt(width));
    }

    /** A convolution with bias: dense if {@code in} is the input's channel count, depthwise if it is 1. */
    record Convolution(String name, int out, int in, int kernel, IntUnaryOperator edge) implements Layer {

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
    record Linear(String name, int out, int in, IntUnaryOperator edge) implements Layer {

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

    /** A norm over the channels of each pixel. fvcore counts nothing for the kinds that it does not know. */
    record ChannelNorm(String name, Norm.Kind kind, int channels, IntUnaryOperator edge) implements Layer {

        private static final int FVCORE_FLOPS_PER_VALUE = 5;

        @Override
        public List<ParameterShape> parameters() {
            ParameterShape weight = ParameterShape.of(name + ".weight", channels);
            return kind.hasShift() ? weightAndBias(name, weight) : List.of(weight);
        }

        @Override
        public long fvcoreFlopsPerPixel() {
            return kind == Norm.Kind.LAYER_NORM ? (long) FVCORE_FLOPS_PER_VALUE * channels : 0;
        }
    }

    /** A global response normalisation over all pixels of an image. */
    record ResponseNorm(String name, int channels, IntUnaryOperator edge) implements Layer {

        @Override
        public List<ParameterShape> parameters() {
            return weightAndBias(name, ParameterShape.of(name + ".weight", channels));
        }
    }

    /** V1's scale per channel of a block's output; its one tensor is the layer's own name. */
    record LayerScale(String name, int channels, IntUnaryOperator edge) implements Layer {

        @Override
        public List<ParameterShape> parameters() {
            return List.of(ParameterShape.of(name, channels));
        }
    }

    private static List<ParameterShape> weightAndBias(String name, ParameterShape weight) {
        return List.of(weight, ParameterShape.of(name + ".bias", weight.shape().getFirst()));
    }
}
