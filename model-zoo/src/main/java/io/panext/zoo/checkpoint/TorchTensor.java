package io.panext.zoo.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.razorvine.pickle.PickleException;

/**
 * A view of a storage.
 *
 * @param storage where its values are
 * @param offset  index of its first value in the storage
 * @param shape   dimensions, outermost first
 * @param strides for each dimension, how many values of the storage lie between neighbours
 */
record TorchTensor(TorchStorage storage, long offset, List<Integer> shape, List<Long> strides) {

    private static final int MAX_DIMENSIONS = 8;

    TorchTensor {
        shape = List.copyOf(shape);
        strides = List.copyOf(strides);
    }

    /** Checks what a pickle says of a tensor. */
    static TorchTensor of(TorchStorage storage, Object offset, Object shape, Object strides) {
        var tensor = new TorchTensor(storage, index(offset), indices(shape).stream().map(TorchTensor::dimension)
                .toList(), indices(strides));
        require(tensor.shape.size() == tensor.strides.size(), "has shape " + tensor.shape + " but strides "
                + tensor.strides);
        tensor.requireWithinStorage();
        return tensor;
    }

    TensorInfo info(String name) {
        return new TensorInfo(name, storage.dtype(), shape);
    }

    /**
     * Returns values in row-major order: a part of the storage where they lie in that order, else a copy.
     *
     * @param bytes the whole storage
     * @param from  index of the first value
     * @param count how many
     */
    MemorySegment bytes(MemorySegment bytes, long from, long count) {
        Objects.checkFromIndexSize(from, count, size());
        long byteSize = storage.dtype().byteSize();
        if (isContiguous()) {
            return bytes.asSlice((offset + from) * byteSize, count * byteSize).asReadOnly();
        }
        MemorySegment gathered = Arena.ofAuto().allocate(count * byteSize);
        int[] index = new int[shape.size()];
        long source = offset;
        long rest = from;
        for (int axis = index.length - 1; axis >= 0; axis--) {
            index[axis] = (int) (rest % shape.get(axis));
            rest /= shape.get(axis);
            source += index[axis] * strides.get(axis);
        }
        for (long i = 0; i < count; i++) {
            MemorySegment.copy(bytes, source * byteSize, gathered, i * byteSize, byteSize);
            for (int axis = index.length - 1; axis >= 0; axis--) {
                source += strides.get(axis);
                if (++index[axis] < shape.get(axis)) {
                    break;
                }
                source -= index[axis] * strides.get(axis);
                index[axis] = 0;
            }
        }
        return gathered.asReadOnly();
    }

    private long size() {
        return info("").size();
    }

    private boolean isContiguous() {
        long expected = 1;
        for (int axis = shape.size() - 1; axis >= 0; axis--) {
            if (shape.get(axis) != 1 && strides.get(axis) != expected) {
                return size() == 0;
            }
            expected *= shape.get(axis);
        }
        return true;
    }

    /** A tensor that repeats its storage's values could be far larger than the file: none is made of those. */
    private void requireWithinStorage() {
        try {
            long size = size();
            long end = size == 0 ? offset : Math.addExact(offset, 1);
            for (int axis = 0; size > 0 && axis < shape.size(); axis++) {
                end = Math.addExact(end, Math.multiplyExact(shape.get(axis) - 1, strides.get(axis)));
            }
            require(end <= storage.size() && size <= storage.size(), "with shape " + shape + ", strides " + strides
                    + " and offset " + offset + " does not fit its storage of " + storage.size() + " values");
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new PickleException("a tensor with shape " + shape + " and strides " + strides + " is too large", e);
        }
    }

    private static List<Long> indices(Object tuple) {
        require(tuple instanceof Object[] values && values.length <= MAX_DIMENSIONS, "has no proper shape");
        var indices = new ArrayList<Long>();
        for (Object value : (Object[]) tuple) {
            indices.add(index(value));
        }
        return indices;
    }

    private static int dimension(long index) {
        require(index <= Integer.MAX_VALUE, "has a dimension of " + index);
        return (int) index;
    }

    /** Takes a number out of a pickle: a size or a position. */
    static long index(Object value) {
        long index = switch (value) {
            case Integer i -> i;
            case Long l -> l;
            case null, default -> -1;
        };
        require(index >= 0, "has a size or a position that is no whole number");
        return index;
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new PickleException("a tensor " + problem);
        }
    }
}
