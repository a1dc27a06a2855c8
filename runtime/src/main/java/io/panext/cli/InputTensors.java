package io.panext.cli;

import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.DType;
import io.panext.zoo.checkpoint.TensorInfo;
import java.util.List;

/** What commands that read tensors ask of them. */
final class InputTensors {

    /** Name of the images. */
    static final String IMAGES = "input";

    private InputTensors() {}

    /**
     * Returns the shape of the images, {@code [N, 3, H, W]}.
     *
     * @throws CheckpointException if there are none, or of another shape or type
     */
    static List<Integer> images(Checkpoint tensors) throws CheckpointException {
        String expected = "[N, " + ConvNeXtSpec.IMAGE_CHANNELS + ", H, W]";
        List<Integer> shape = shape(tensors, IMAGES, 4, expected);
        if (shape.get(1) != ConvNeXtSpec.IMAGE_CHANNELS) {
            throw refusal(tensors, IMAGES, expected);
        }
        return shape;
    }

    /**
     * Returns the shape of a tensor.
     *
     * @param expected the shape that it must have, for people
     * @throws CheckpointException if there is no such tensor, or it has no values, other dimensions or another type
     */
    static List<Integer> shape(Checkpoint tensors, String name, int dimensions, String expected)
            throws CheckpointException {
        TensorInfo info = tensors.tensors().get(name);
        if (info == null) {
            throw new CheckpointException(tensors.name(), "has no tensor '" + name + "'; it has "
                    + tensors.tensors().keySet());
        }
        if (info.dtype() != DType.F32 || info.shape().size() != dimensions || info.shape().contains(0)) {
            throw refusal(tensors, name, expected);
        }
        return info.shape();
    }

    private static CheckpointException refusal(Checkpoint tensors, String name, String expected) {
        TensorInfo info = tensors.tensors().get(name);
        return new CheckpointException(tensors.name(), "tensor '" + name + "' is " + info.dtype() + " " + info.shape()
                + "; it must be F32 " + expected);
    }
}
