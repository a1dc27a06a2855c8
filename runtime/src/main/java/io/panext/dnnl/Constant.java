package io.panext.dnnl;

import io.panext.zoo.Parameter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Something that a kernel keeps for as long as the model is loaded.
 *
 * @param bytes  what it takes
 * @param writer puts it there
 */
record Constant(long bytes, Writer writer) {

    /** Alignment of every constant, in bytes. */
    static final long ALIGNMENT = 64;

    /** Puts a constant into its memory. */
    @FunctionalInterface
    interface Writer {

        /** Writes into memory of {@link Constant#bytes()} bytes, all zeros. */
        void write(MemorySegment memory);
    }

    /** A parameter as it is. */
    static Constant of(Parameter parameter) {
        return new Constant(4L * parameter.size(), memory -> copy(parameter.values(), memory));
    }

    /** The same value over and over. */
    static Constant repeated(float value, int count) {
        return new Constant(4L * count, memory -> {
            float[] values = new float[count];
            Arrays.fill(values, value);
            copy(values, memory);
        });
    }

    static void copy(float[] values, MemorySegment memory) {
        MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
    }
}
