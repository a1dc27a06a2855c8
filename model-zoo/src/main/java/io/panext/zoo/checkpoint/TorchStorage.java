package io.panext.zoo.checkpoint;

import java.util.Optional;
import net.razorvine.pickle.PickleException;

/**
 * A run of values that tensors are views of, named but not yet found.
 *
 * @param key   name of its place in the file
 * @param dtype type of all its values
 * @param size  number of values
 */
record TorchStorage(String key, DType dtype, long size) {

    /** @throws PickleException if the bytes do not fit a {@code long} */
    TorchStorage {
        if (size > Long.MAX_VALUE / dtype.byteSize()) {
            throw new PickleException("storage " + key + " has more values than can be counted");
        }
    }

    long byteSize() {
        return size * dtype.byteSize();
    }

    /** Returns the type of the values in one of PyTorch's storage classes; empty if there is no such type here. */
    static Optional<DType> dtype(String storageClass) {
        return switch (storageClass) {
            case "torch.FloatStorage" -> Optional.of(DType.F32);
            case "torch.HalfStorage" -> Optional.of(DType.F16);
            case "torch.BFloat16Storage" -> Optional.of(DType.BF16);
            case "torch.DoubleStorage" -> Optional.of(DType.F64);
            case "torch.LongStorage" -> Optional.of(DType.I64);
            case "torch.IntStorage" -> Optional.of(DType.I32);
            case "torch.ShortStorage" -> Optional.of(DType.I16);
            case "torch.CharStorage" -> Optional.of(DType.I8);
            case "torch.ByteStorage" -> Optional.of(DType.U8);
            case "torch.BoolStorage" -> Optional.of(DType.BOOL);
            case "torch.ComplexFloatStorage" -> Optional.of(DType.C64);
            default -> Optional.empty();
        };
    }
}
