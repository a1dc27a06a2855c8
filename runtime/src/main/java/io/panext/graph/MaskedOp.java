package io.panext.graph;

import io.panext.zoo.Parameter;
import java.util.Optional;

/**
 * What is done otherwise where only some patches of an image are visible. All else, linears above all, is the same for
 * masked maps and whole ones. The second input of each op is the {@link Graph.Masked#table table} of patches.
 */
public sealed interface MaskedOp extends Op {

    /**
     * The stem of masked images: only what is visible. Its first input is the planar image.
     *
     * @param stem the stem of whole images
     * @param edge pixels of the output along a patch of the mask
     */
    record PatchEmbedding(Op.PatchEmbedding stem, int edge) implements MaskedOp {

        @Override
        public Shape output(Shape input) {
            return new Shape(visible(input).total(), edge, edge, stem.bias().size(), input.visible());
        }

        @Override
        public long macs(Shape input) {
            return (long) output(input).rows() * stem.weights().size();
        }
    }

    /**
     * The depthwise convolution of a masked map: outputs where patches are visible, from zeros where they are not.
     *
     * @param conv the convolution of whole images
     */
    record DepthwiseConv(Op.DepthwiseConv conv) implements MaskedOp {

        @Override
        public Shape output(Shape input) {
            return input;
        }

        @Override
        public long macs(Shape input) {
            return conv.macs(input);
        }
    }

    /**
     * From a masked map of one pixel a patch to whole images.
     *
     * @param token what a masked patch becomes, {@code [channels]}; zeros if there is none
     */
    record Densify(Optional<Parameter> token) implements MaskedOp {

        @Override
        public Shape output(Shape input) {
            Visible visible = visible(input);
            return new Shape(visible.patches().size(), visible.gridHeight(), visible.gridWidth(), input.channels());
        }
    }

    private static Visible visible(Shape input) {
        return input.visible().orElseThrow(() -> new IllegalArgumentException(
                "nothing says how much of the images is visible"));
    }
}
