package io.panext.dnnl;

import io.panext.onednn.MemoryDescriptor;
import io.panext.zoo.Parameter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Something that a kernel keeps for as long as the model is loaded.
 *
 * @param bytes  what it takes
 * @param writer puts it there
 */
record Constant(long bytes, Writer writer) {

    /** Alignment of every constant, in bytes. */
    static final long ALIGNMENT = 64;

    /** Values that are read at a time, or a row, if that is more. */
    private static final int CHUNK = 1 << 16;

    /** Puts a constant into its memory. */
    @FunctionalInterface
    interface Writer {

        /** Writes into memory of {@link Constant#bytes()} bytes, all zeros. */
        void write(MemorySegment memory);
    }

    /** A parameter as it is. */
    static Constant of(Parameter parameter) {
        return new Constant(4L * parameter.size(), memory -> read(parameter, 0, parameter.size(), memory));
    }

    /**
     * A parameter in a layout of oneDNN's choice. Layouts are asked for twice: what a constant takes is known long before
     * it is written, and scripts hold descriptors for as long as they are needed.
     *
     * @param plain  describes the parameter's values
     * @param packed describes the constant
     */
    static Constant reordered(Parameter parameter, Function<Script, MemoryDescriptor> plain,
            Function<Script, MemoryDescriptor> packed) {
        try (var script = new Script()) {
            return new Constant(packed.apply(script).bytes(), memory -> {
                try (var packing = new Script()) {
                    Reorder.run(plain.apply(packing), parameter, packed.apply(packing), memory);
                }
            });
        }
    }

    /** The same value over and over. */
    static Constant repeated(float value, int count) {
        return new Constant(4L * count, memory -> {
            float[] values = new float[count];
            Arrays.fill(values, value);
            MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, count);
        });
    }

    /**
     * Reads some values of a parameter into memory.
     *
     * @param from  index of the first
     * @param count how many
     */
    static void read(Parameter parameter, int from, int count, MemorySegment memory) {
        int row = parameter.size() / parameter.shape().getFirst();
        float[] chunk = new float[Math.min(Math.max(CHUNK / row, 1) * row, count)];
        for (int done = 0; done < count; done += chunk.length) {
            int some = Math.min(chunk.length, count - done);
            parameter.read(from + done, chunk, some);
            MemorySegment.copy(chunk, 0, memory, ValueLayout.JAVA_FLOAT, (long) Float.BYTES * done, some);
        }
    }
}
