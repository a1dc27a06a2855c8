package io.panext.dnnl;

import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import java.util.List;
import java.util.Map;

/**
 * The sums of columns as a product with a row of ones: oneDNN has no faster way.
 *
 * @param index which of the kernel's constants the row is
 */
record Ones(int index) {

    /** The most rows that are summed at a time. */
    static final int COUNT = 4096;

    /** The row, each value {@code value}. */
    static Constant constant(float value) {
        return Constant.repeated(value, COUNT);
    }

    /**
     * Adds what sums rows to a script.
     *
     * @param rows how many, {@value #COUNT} at most
     * @param src  {@code [rows, columns]}
     * @param dst  {@code [1, columns]}
     */
    void sum(Script script, int rows, Tensor src, Tensor dst) {
        MemoryDescriptor ones = script.rows(DataType.F32, 1, rows, rows);
        script.run(script.once(List.of("sum", ones, src.descriptor(), dst.descriptor()),
                () -> PrimitiveDescriptor.matmul(ones, src.descriptor(), dst.descriptor())),
                Map.of(Argument.SRC, new Tensor(ones, new Place.Constant(index, 0)), Argument.WEIGHTS, src,
                        Argument.DST, dst));
    }
}
