package io.panext.graph;

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
        Op.LayerNorm,
        Op.DepthwiseConv,
        Op.Linear,
        Op.Gelu,
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

    /** Scale and shift of each channel. Both parameters are {@code [channels]}. */
    record Affine(Parameter scale, Parameter shift) {}

    /**
     * The stem's convolution, whose kernel is its stride. Its input is the planar image {@code [N, 3, H, W]}, described
     * as a shape of three channels.
     *
     * @param patch   edge of the kernel
     * @param weights {@code [out, 3, patch, patch]}
     * @param bias    {@code [out]}
     * @param norm    a layer norm of the output
     */
    record PatchEmbedding(int patch, Parameter weights, Parameter bias, Optional<LayerNorm> norm) implements Op {

        @Override
        public Shape output(Shape input) {
            return input.strided(patch, bias.size());
        }

        @Override
        public long macs(Shape input) {
            return (long) output(input).rows() * weights.size();
        }
    }

    /**
     * Layer norm of each pixel.
     *
     * @param eps    what is added to the variance
     * @param affine scale and shift after it, if they have not been folded
     */
    record LayerNorm(double eps, Optional<Affine> affine) implements Op {

        @Override
        public Shape output(Shape input) {
            return input;
        }
    }

    /**
     * The 7×7 depthwise convolution.
     *
     * @param weights {@code [channels, 1, 7, 7]}
     * @param bias    {@code [channels]}
     * @param norm    a layer norm of the output
     */
    record DepthwiseConv(Parameter weights, Parameter bias, Optional<LayerNorm> norm) implements Op {

        @Override
        public Shape output(Shape input) {
            return input;
        }

        @Override
        public long macs(Shape input) {
            return (long) input.rows() * weights.size();
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

    /** What a {@link Linear} does to its product before it leaves the cache. */
    enum PostOp {
        /** The exact GELU. */
        GELU,
        /** Sums the squares of each channel, as {@link SumSquares} does. */
        SUM_SQUARES,
        /** Adds another map: the residual connection. */
        ADD
    }

    /** The exact GELU. */
    record Gelu() implements Op {

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
     * @param norm    a layer norm of the input
     * @param weights {@code [out, in, 2, 2]}
     * @param bias    {@code [out]}
     */
    record Downsample(Optional<LayerNorm> norm, Parameter weights, Parameter bias) implements Op {

        @Override
        public Shape output(Shape input) {
            return input.strided(io.panext.kernels.Downsample.KERNEL, bias.size());
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
