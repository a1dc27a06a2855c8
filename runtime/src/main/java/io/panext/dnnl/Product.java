package io.panext.dnnl;

import io.panext.dnnl.MatmulWeights.Group;
import io.panext.kernels.Share;
import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PostOp;
import io.panext.onednn.PrimitiveDescriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rows times weights, plus bias, into rows of a map. The first two constants of its kernel are weights and bias. */
final class Product {

    private static final int WEIGHTS = 0;
    private static final int BIAS = 1;

    private final Script script;
    private final MatmulWeights weights;
    private final Map<Integer, MemoryDescriptor> kept = new HashMap<>();

    Product(Script script, MatmulWeights weights) {
        this.script = script;
        this.weights = weights;
    }

    /**
     * Adds the product of rows with all columns.
     *
     * @param src {@code [rows, depth]}
     * @param row the first row of the output that is written
     */
    void write(Tensor src, int rows, long row) {
        weights.groups(Share.ALL).forEach(group -> write(src, rows, group, row, false, Optional.empty()));
    }

    /**
     * Adds the product of rows with a group of columns.
     *
     * @param src    {@code [rows, depth]}
     * @param row    the first row of the output that is written
     * @param gelu   whether what is written is the GELU of the sum
     * @param addend which of the op's inputs, a map of the output's shape, is added to it at last
     */
    void write(Tensor src, int rows, Group group, long row, boolean gelu, Optional<Integer> addend) {
        MemoryDescriptor layout = kept.computeIfAbsent(group.count(), _ -> script.own(weights.descriptor(group)));
        MemoryDescriptor bias = script.rows(DataType.F32, 1, group.count(), group.count());
        MemoryDescriptor dst = script.rows(DataType.F32, rows, group.count(), Maps.stride(weights.columns()));
        long offset = offset(row, group);
        var tensors = new LinkedHashMap<Argument, Tensor>();
        tensors.put(Argument.SRC, src);
        tensors.put(Argument.WEIGHTS, new Tensor(layout, new Place.Constant(WEIGHTS, group.offset())));
        tensors.put(Argument.BIAS, new Tensor(bias, new Place.Constant(BIAS, 4L * group.from())));
        tensors.put(Argument.DST, new Tensor(dst, new Place.Output(0, offset)));
        var postOps = new ArrayList<PostOp>();
        if (gelu) {
            postOps.add(new PostOp.Gelu());
        }
        addend.ifPresent(input -> {
            tensors.put(Argument.postOp(postOps.size()), new Tensor(dst, new Place.Input(input, offset)));
            postOps.add(new PostOp.Add(dst));
        });
        script.run(script.once(List.of("product", src.descriptor(), layout, bias, dst, postOps),
                () -> PrimitiveDescriptor.matmul(src.descriptor(), layout, bias, dst, postOps)), tensors);
    }

    /** Returns where a row of a group begins in the output, in bytes. */
    long offset(long row, Group group) {
        return Maps.offset(row, weights.columns()) + 4L * group.from();
    }
}
