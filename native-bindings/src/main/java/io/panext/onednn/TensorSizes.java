package io.panext.onednn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How many bytes each argument of a primitive takes, the scratchpad excepted: oneDNN itself does not look. */
final class TensorSizes {

    private final Map<Argument, Long> bytes = new LinkedHashMap<>();

    static TensorSizes of(MemoryDescriptor src, MemoryDescriptor dst) {
        return new TensorSizes().and(Argument.SRC, src).and(Argument.DST, dst);
    }

    static TensorSizes of(MemoryDescriptor src, MemoryDescriptor weights, MemoryDescriptor dst) {
        return of(src, dst).weights(weights);
    }

    /** @throws IllegalArgumentException if the layout is left to oneDNN, which is for weights alone */
    TensorSizes and(Argument argument, MemoryDescriptor descriptor) {
        if (descriptor.bytes() < 1) {
            throw new IllegalArgumentException(argument + " needs values and a layout: " + descriptor);
        }
        bytes.put(argument, descriptor.bytes());
        return this;
    }

    /** Sets what the weights take: 0 while their layout is any. */
    TensorSizes weights(MemoryDescriptor weights) {
        bytes.put(Argument.WEIGHTS, weights.bytes());
        return this;
    }

    /** Adds a value for each column of a tensor. */
    TensorSizes andColumns(Argument argument, MemoryDescriptor of) {
        bytes.put(argument, Float.BYTES * of.columns());
        return this;
    }

    TensorSizes and(List<PostOp> postOps) {
        for (int i = 0; i < postOps.size(); i++) {
            if (postOps.get(i) instanceof PostOp.Add(MemoryDescriptor src)) {
                and(Argument.postOp(i), src);
            }
        }
        return this;
    }

    boolean areKnown() {
        return bytes.getOrDefault(Argument.WEIGHTS, 1L) > 0;
    }

    /** @throws IllegalArgumentException if a tensor is missing or smaller than the primitive takes it to be */
    void require(Map<Argument, Execution.Tensor> tensors, Primitive primitive) {
        bytes.forEach((argument, least) -> {
            Execution.Tensor tensor = tensors.get(argument);
            if (tensor == null) {
                throw new IllegalArgumentException("no " + argument + " for " + primitive);
            }
            if (tensor.descriptor().bytes() < least) {
                throw new IllegalArgumentException(argument + " has " + tensor.descriptor().bytes() + " bytes, "
                        + tensor.descriptor() + ", instead of " + least + " for " + primitive);
            }
        });
    }
}
