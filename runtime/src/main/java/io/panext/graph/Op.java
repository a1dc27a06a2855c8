package io.panext.graph;

import io.panext.kernels.Window;
import io.panext.zoo.Activation;
import io.panext.zoo.Norm;
import io.panext.zoo.Parameter;
import java.util.List;
import java.util.Optional;

/**
 * What a node computes: a map in, a map out. Ops that take or give more say so.
 *
 * <p>An {@link Optional} attribute is a neighbour that {@link Fusion} let the op absorb, or a constant that
 * {@link Folding} took out.
 */
public sealed interface Op
        permits
        Op.PatchEmbedding,
        Op.Convolution,
        Op.ChannelNorm,
        Op.DepthwiseConv,
        Op.Linear,
        Op.Mlp,
        Op.Activate,
        Op.SumSquares,
        Op.ResponseNorm,
        Op.LayerScale,
        Op.Add,
        Op.Downsample,
        Op.GlobalPool,
        Op.Softmax,
        MaskedOp {

    /** Returns the shape of the output for a shape of the first input. */
    Shape output(Shape input);

    /** Returns the multiply-accumulates of convolutions and linears. */
    default long macs(Shape input) {
        return 0;
    }

    /** Scale and, where the norm has one, shift of each channel. Both parameters are {@code [channels]}. */
    record Affine(Parameter scale, Optional<Parameter> shift) {}

    /**
     * The stem's first convolution. Its input is the planar image {@code [N, 3, H, W]}, described as a shape of three
     * channels.
     *
     * @param window     what it sees of the image: patches side by side, in most stems
     * @param weights    {@code [out, 3, kernel, kernel]}
     * @param bias       {@code [out]}
     * @param activation of the output
     * @param norm       of what the activation gives
     */
    record PatchEmbedding(Window window, Parameter weights, Parameter bias, Optional<Activation> activation,
            Optional<ChannelNorm> norm) implements Op {

        @Override
        public Shape output(Shape input) {
            return input.seenThrough(window, bias.size());
        }

        @Override
        public long macs(Shape input) {
            return (long) output(input).rows() * weights.size();
        }
    }

    /**
     * A convolution of windows that overlap: the stem's second, or the one between two stages that keeps their size.
     *
     * @param window  what it sees of the map
     * @param weights {@code [out, in, kernel, kernel]}
     * @param bias    {@code [out]}
     * @param norm    a norm of the output
     */
    record Convolution(Window window, Parameter weights, Parameter bias, Optional<ChannelNorm> norm) implements Op {

        @Override
        public Shape output(Shape input) {
            return input.seenThrough(window, bias.size());
        }

        @Override
        public long macs(Shape input) {
            return (long) output(input).rows() * weights.size();
        }
    }

    /**
     * A norm of each pixel over its channels.
     *
     * @param norm   what it computes
     * @param affine scale and shift after it, if they have not been folded
     */
    record ChannelNorm(Norm norm, Optional<Affine> affine) implements Op {

        @Override
        public Shape output(Shape input) {
            return input;
        }
    }

    /**
     * The depthwise convolution, which keeps the size of its input.
     *
     * @param weights  {@code [channels, 1, kernel, kernel]}, the kernel odd
     * @param bias     {@code [channels]}
     * @param dilation from one pixel of a window to the next
     * @param norm     a norm of the output
     */
    record DepthwiseConv(Parameter weights, Parameter bias, int dilation, Optional<ChannelNorm> norm) implements Op {

        @Override
        public Shape output(Shape input) {
            return input;
        }

        @Override
        public long macs(Shape input) {
            return (long) input.rows() * weights.size();
        }

        /** Edge of the kernel. */
        public int kernel() {
            return weights.shape().getLast();
        }

        /** What it sees of the map: as much before a pixel as after it. */
        public Window window() {
            int padding = dilation * (kernel() / 2);
            return new Window(kernel(), 1, dilation, padding, padding);
        }
    }

    /**
     * A linear of each pixel. Its inputs are the map, then the sums for {@link #responseGamma}, then the map of
     * {@link PostOp#ADD}; its outputs are the map, then the sums of {@link PostOp#SUM_SQUARES}.
     *
     * @param weights       {@code [out, in]}
     * @param bias          {@code [out]}
     * @param responseGamma the gamma of a {@link ResponseNorm} of the input, {@code [in]}
     * @param postOps       what is done to the product, in this order
     */
    record Linear(Parameter weights, Parameter bias, Optional<Parameter> responseGamma, List<PostOp> postOps)
            implements
                Op {

        /** Copies the list. */
        public Linear {
            postOps = List.copyOf(postOps);
        }

        @Override
        public Shape output(Shape input) {
            return input.withChannels(bias.size());
        }

        @Override
        public long macs(Shape input) {
            return (long) input.rows() * weights.size();
        }
    }

    /**
     * Two linears of each pixel, the second of which takes in what the first gives. Its inputs are the map, then that of
     * the second's {@link PostOp#ADD}.
     *
     * @param expand  the first, with an activation
     * @param project the second, with the residual connection
     */
    record Mlp(Linear expand, Linear project) implements Op {

        @Override
        public Shape output(Shape input) {
            return project.output(expand.output(input));
        }

        @Override
        public long macs(Shape input) {
            return expand.macs(input) + project.macs(expand.output(input));
        }
    }

    /** What a {@link Linear} does to its product before it leaves the cache. */
    enum PostOp {
        /** {@link Activation#GELU}. */
        GELU("gelu"),
        /** {@link Activation#GELU_TANH}. */
        GELU_TANH("tanh gelu"),
        /** {@link Activation#SILU}. */
        SILU("silu"),
        /** Sums the squares of each channel, as {@link SumSquares} does. */
        SUM_SQUARES("sum of squares"),
        /** Adds another map: the residual connection. */
        ADD("residual");

        private final String label;

        PostOp(String label) {
            this.label = label;
        }

        /** What plans call it. */
        public String label() {
            return label;
        }

        /** Returns what applies an activation. */
        public static PostOp of(Activation activation) {
            return switch (activation) {
                case GELU -> GELU;
                case GELU_TANH -> GELU_TANH;
                case SILU -> SILU;
            };
        }
    }

    /** An activation of each value. */
    record Activate(Activation function) implements Op {

        @Override
        public Shape output(Shape input) {
            return input;
        }
    }

    /** Each channel's sum of squares in each chunk of an image: what {@link ResponseNorm} needs to know. */
    record SumSquares() implements Op {

        @Override
        public Shape output(Shape input) {
            return sums(input);
        }

        static Shape sums(Shape map) {
            return Shape.vectors(map.statistics().chunks(), map.channels());
        }
    }

    /**
     * Global response normalisation of the map by the sums of squares of its channels, the second input.
     *
     * @param gamma {@code [channels]}
     * @param beta  {@code [channels]}, if it has not been folded
     */
    record ResponseNorm(Parameter gamma, Optional<Parameter> beta) implements Op {

        @Override
        public Shape output(Shape input) {
            return input;
        }
    }

    /**
     * V1's layer scale.
     *
     * @param gamma {@code [channels]}
     */
    record LayerScale(Parameter gamma) implements Op {

        @Override
        public Shape output(Shape input) {
            return input;
        }
    }

    /** Adds the second input: the residual connection. */
    record Add() implements Op {

        @Override
        public Shape output(Shape input) {
            return input;
        }
    }

    /**
     * The 2×2 convolution between two stages, whose kernel is its stride.
     *
     * @param norm    a norm of the input
     * @param weights {@code [out, in, 2, 2]}
     * @param bias    {@code [out]}
     */
    record Downsample(Optional<ChannelNorm> norm, Parameter weights, Parameter bias) implements Op {

        @Override
        public Shape output(Shape input) {
            return input.seenThrough(Window.tiles(io.panext.kernels.Downsample.KERNEL), bias.size());
        }

        @Override
        public long macs(Shape input) {
            return (long) output(input).rows() * weights.size();
        }
    }

    /** Global average pooling. */
    record GlobalPool() implements Op {

        @Override
        public Shape output(Shape input) {
            return Shape.vectors(input.imageRows().images(), input.channels());
        }
    }

    /** The softmax of each pixel. */
    record Softmax() implements Op {

        @Override
        public Shape output(Shape input) {
            return input;
        }
    }
}
