package io.panext.compile;

/** A kernel with its weights, ready for any shape. Immutable and shared by sessions. */
@FunctionalInterface
public interface PackedKernel extends AutoCloseable {

    /** Returns the work of one step on given memory. */
    Task bind(Operands operands);

    /** Frees what is not in the memory that it was packed into. */
    @Override
    default void close() {}
}
