package io.panext.dnnl;

import io.panext.kernels.Share;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.zoo.Parameter;
import java.util.List;

/** Weights {@code [columns, depth]}: see {@link WeightLayout#TRANSPOSED}. */
record TransposedWeights(int depth, int columns) implements MatmulWeights {

    @Override
    public DataType type() {
        return DataType.F32;
    }

    @Override
    public List<Group> groups(Share share) {
        int units = Math.ceilDiv(columns, COLUMNS_AT_ONCE);
        int from = share.from(units) * COLUMNS_AT_ONCE;
        int to = Math.min(share.to(units) * COLUMNS_AT_ONCE, columns);
        return from < to ? List.of(new Group(from, to - from, 4L * from * depth)) : List.of();
    }

    @Override
    public MemoryDescriptor descriptor(Group group) {
        return MemoryDescriptor.strided(DataType.F32, new long[] {depth, group.count()}, new long[] {1, depth});
    }

    @Override
    public Constant constant(Parameter weights) {
        return Constant.of(weights);
    }
}
