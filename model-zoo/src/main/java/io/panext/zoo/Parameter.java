package io.panext.zoo;

import java.util.List;

/**
 * One learned tensor of a model, read when it is asked for.
 *
 * <p>Values come out as fp32 whatever the checkpoint stores, in row-major order of {@link #shape()}.
 */
public interface Parameter {

    /** Canonical name of the tensor, timm's state-dict key: {@code stages.0.blocks.1.mlp.fc1.weight}. */
    String name();

    /** Dimensions, outermost first. Linears are two-dimensional, {@code [out, in]}, also where a file has 1×1 kernels. */
    List<Integer> shape();

    /** Reads all values into a new array that the caller owns. */
    float[] values();

    /**
     * Reads some of the values, so that not all need to be in memory.
     *
     * @param from  index of the first value
     * @param dst   where they go, from its start on
     * @param count how many
     * @throws IndexOutOfBoundsException if there are not so many, or not so much room
     */
    default void read(int from, float[] dst, int count) {
        System.arraycopy(values(), from, dst, 0, count);
    }

    /** Number of values: the product of the shape. */
    default int size() {
        return shape().stream().reduce(1, Math::multiplyExact);
    }
}
