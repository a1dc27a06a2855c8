package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Supplier;

/** Shape, type and layout of a tensor, without its memory. */
public final class MemoryDescriptor extends NativeObject {

    private final Supplier<String> name;
    private final long columns;
    private final long bytes;

    private MemoryDescriptor(MemorySegment handle, Supplier<String> name, long columns, long bytes) {
        super(handle, Dnnl::dnnl_memory_desc_destroy);
        this.name = name;
        this.columns = columns;
        this.bytes = bytes;
    }

    /** A descriptor of oneDNN's own, in which no row need lie in one piece. */
    MemoryDescriptor(MemorySegment handle, Supplier<String> name) {
        this(handle, name, 0, Dnnl.dnnl_memory_desc_get_size(handle));
    }

    /**
     * Describes a tensor by its strides.
     *
     * @param dims    sizes, one to twelve of them; not to be changed
     * @param strides distance between neighbours along each dimension, in values; not to be changed
     */
    public static MemoryDescriptor strided(DataType type, long[] dims, long[] strides) {
        requireSameRank(dims, strides);
        Supplier<String> name = () -> type + Arrays.toString(dims) + " strides " + Arrays.toString(strides);
        long bytes = bytes(type, dims, strides);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment d = arena.allocateFrom(ValueLayout.JAVA_LONG, dims);
            MemorySegment s = arena.allocateFrom(ValueLayout.JAVA_LONG, strides);
            return new MemoryDescriptor(Status.create(
                    result -> Dnnl.dnnl_memory_desc_create_with_strides(result, dims.length, d, type.code(), s),
                    () -> "dnnl_memory_desc_create_with_strides " + name.get()), name, dims[dims.length - 1],
                    bytes);
        }
    }

    /** Describes rows of values: {@code [rows, columns]}, {@code stride} values from one row to the next. */
    public static MemoryDescriptor rows(DataType type, long rows, long columns, long stride) {
        return strided(type, new long[] {rows, columns}, new long[] {stride, 1});
    }

    /** Describes values that lie one behind the other. */
    public static MemoryDescriptor vector(DataType type, long size) {
        return strided(type, new long[] {size}, new long[] {1});
    }

    /**
     * Describes a tensor whose layout is left to the primitive.
     *
     * @param dims sizes; not to be changed
     */
    public static MemoryDescriptor anyLayout(DataType type, long... dims) {
        Supplier<String> name = () -> type + Arrays.toString(dims) + " any layout";
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment d = arena.allocateFrom(ValueLayout.JAVA_LONG, dims);
            return new MemoryDescriptor(Status.create(
                    result -> Dnnl.dnnl_memory_desc_create_with_tag(result, dims.length, d, type.code(),
                            Dnnl.dnnl_format_tag_any()),
                    () -> "dnnl_memory_desc_create_with_tag " + name.get()), name);
        }
    }

    /** Bytes from the first value to the last. oneDNN would count the rest of the last stride too. */
    private static long bytes(DataType type, long[] dims, long[] strides) {
        long last = 0;
        for (int i = 0; i < dims.length; i++) {
            last = Math.addExact(last, Math.multiplyExact(dims[i] - 1, strides[i]));
        }
        return Math.multiplyExact(last + 1, type.bytes());
    }

    private static void requireSameRank(long[] dims, long[] strides) {
        if (dims.length != strides.length || dims.length < 1 || dims.length > 12) {
            throw new IllegalArgumentException(
                    "dimensions " + Arrays.toString(dims) + " with strides " + Arrays.toString(strides));
        }
    }

    /**
     * Returns the length of the last dimension, the one that norms and factors go along.
     *
     * @throws IllegalArgumentException if its layout is oneDNN's choice
     */
    long columns() {
        if (columns < 1) {
            throw new IllegalArgumentException(this + " has no rows of values");
        }
        return columns;
    }

    /** Bytes that such a tensor takes, gaps and padding included; 0 while its layout is any. */
    public long bytes() {
        return bytes;
    }

    @Override
    public String toString() {
        return name.get();
    }
}
