package io.panext.zoo.checkpoint;

import java.util.List;
import java.util.Objects;

/**
 * What a checkpoint says of one tensor.
 *
 * @param name  the file's own key
 * @param dtype type of the stored values
 * @param shape dimensions, outermost first, row-major; empty for a scalar
 */
public record TensorInfo(String name, DType dtype, List<Integer> shape) {

    /** @throws IllegalArgumentException if a dimension is negative or the bytes do not fit a {@code long} */
    public TensorInfo {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(dtype, "dtype");
        shape = List.copyOf(shape);
        try {
            Math.multiplyExact(count(shape), dtype.byteSize());
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("shape " + shape + " has more values than can be counted", e);
        }
    }

    /** Number of values. */
    public long size() {
        return count(shape);
    }

    /** Number of stored bytes. */
    public long byteSize() {
        return size() * dtype.byteSize();
    }

    /** Returns the type of values that can be used as weights. */
    DType requireWeight(String checkpoint) {
        if (!dtype.isWeight()) {
            throw new UnsupportedOperationException(checkpoint + ": tensor " + name + " is " + dtype
                    + "; only F32, F16 and BF16 can be read as weights");
        }
        return dtype;
    }

    private static long count(List<Integer> shape) {
        long count = 1;
        for (int dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("shape " + shape + " has a negative dimension");
            }
            count = Math.multiplyExact(count, dimension);
        }
        return count;
    }
}
