package io.panext.onednn;

/** What a primitive does to each value before it stores it. */
public sealed interface PostOp {

    /** The exact GELU, {@code x/2 · (1 + erf(x/√2))}. */
    record Gelu() implements PostOp {}

    /** Adds a tensor, which is {@linkplain Argument#postOp argument} {@code index} of the execution. */
    record Add(MemoryDescriptor src) implements PostOp {}
}
