package io.panext.graph;

import io.panext.kernels.Downsample;
import io.panext.kernels.Window;
import io.panext.zoo.ConvNeXtSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a stage relates to the size of the one before.
 *
 * <p>Where an output stride forbids another halving, the 2×2 convolution keeps the size instead, and all that follows
 * looks at pixels further apart. The windows are those of timm's {@code ConvNeXtStage}: padded as TensorFlow's
 * {@code SAME} where the padding is odd, on both sides alike where it is even.
 *
 * @param downsample the convolution before the blocks; the first stage has none
 * @param dilation   of the blocks' depthwise convolutions
 */
record StageGeometry(Optional<Window> downsample, int dilation) {

    private static final int KERNEL = Downsample.KERNEL;

    /** Whether the downsampling makes the map smaller. */
    boolean shrinks() {
        return downsample.filter(window -> window.stride() > 1).isPresent();
    }

    /** @throws IllegalArgumentException if the network has no map of this stride */
    static List<StageGeometry> of(ConvNeXtSpec spec, OptionalInt outputStride) {
        int largest = outputStride.orElse(spec.reduction());
        int stride = spec.stem().stride();
        if (largest > spec.reduction() || largest < stride || Integer.bitCount(largest / stride) != 1
                || largest % stride != 0) {
            throw new IllegalArgumentException("an output stride of " + largest + ": it can be " + stride
                    + " times a power of two, up to " + spec.reduction());
        }
        var stages = new ArrayList<StageGeometry>();
        stages.add(new StageGeometry(Optional.empty(), 1));
        int dilation = 1;
        for (int stage = 1; stage < spec.stages(); stage++) {
            if (stride < largest) {
                stride *= KERNEL;
                stages.add(new StageGeometry(Optional.of(Window.tiles(KERNEL)), dilation));
            } else {
                dilation *= KERNEL;
                stages.add(new StageGeometry(Optional.of(sameSize(dilation == KERNEL ? 1 : KERNEL)), dilation));
            }
        }
        return stages;
    }

    private static Window sameSize(int dilation) {
        int padding = dilation * (KERNEL - 1);
        return new Window(KERNEL, 1, dilation, padding / 2, padding - padding / 2);
    }
}
