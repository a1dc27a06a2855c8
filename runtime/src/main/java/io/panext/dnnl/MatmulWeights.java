package io.panext.dnnl;

import io.panext.kernels.Share;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import io.panext.zoo.Parameter;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The weights of a product, {@code [depth, columns]}, in the layout that oneDNN's matmul asks for.
 *
 * <p>Large ones are cut into groups of columns, so that workers can share them where there are few rows.
 */
final class MatmulWeights {

    private static final int GROUPS = 8;
    private static final int GROUP_MULTIPLE = 64;
    private static final int LARGE = 1 << 20;

    /** Rows of the product that the layout is asked for: no other number of rows changes oneDNN's answer for the worse. */
    private static final int TYPICAL_ROWS = 196;

    private final Parameter weights;
    private final int depth;
    private final int columns;
    private final DataType type;

    /**
     * Weights of a linear, or of a convolution whose kernel is its stride.
     *
     * @param weights {@code [out, in, ...]}
     */
    MatmulWeights(Parameter weights, DataType type) {
        this.weights = weights;
        this.columns = weights.shape().getFirst();
        this.depth = weights.size() / columns;
        this.type = type;
    }

    /**
     * Some columns.
     *
     * @param index which of the groups
     * @param from  the first column
     * @param count how many
     */
    record Group(int index, int from, int count) {}

    int depth() {
        return depth;
    }

    int columns() {
        return columns;
    }

    DataType type() {
        return type;
    }

    List<Group> groups() {
        boolean cut = (long) depth * columns >= LARGE && columns % GROUP_MULTIPLE == 0;
        int units = cut ? columns / GROUP_MULTIPLE : 1;
        int groups = Math.min(GROUPS, units);
        int unit = columns / units;
        return IntStream.range(0, groups).mapToObj(i -> {
            Share share = new Share(i, groups);
            return new Group(i, share.from(units) * unit, (share.to(units) - share.from(units)) * unit);
        }).toList();
    }

    /** Returns the groups of one worker. */
    List<Group> groups(Share share) {
        List<Group> all = groups();
        return all.subList(share.from(all.size()), share.to(all.size()));
    }

    /** Describes a group as it is packed; the caller closes the descriptor. */
    MemoryDescriptor descriptor(Group group) {
        try (MemoryDescriptor src = MemoryDescriptor.rows(type, TYPICAL_ROWS, depth, depth);
                MemoryDescriptor any = MemoryDescriptor.anyLayout(type, depth, group.count());
                MemoryDescriptor dst = MemoryDescriptor.rows(DataType.F32, TYPICAL_ROWS, group.count(), columns);
                PrimitiveDescriptor matmul = PrimitiveDescriptor.matmul(src, any, dst)) {
            return matmul.weights();
        }
    }

    /** Returns where a group starts in the constant, in bytes. */
    long offset(Group group) {
        return groups().subList(0, group.index()).stream().mapToLong(this::bytes).sum();
    }

    private long bytes(Group group) {
        try (MemoryDescriptor descriptor = descriptor(group)) {
            return Math.ceilDiv(descriptor.bytes(), Constant.ALIGNMENT) * Constant.ALIGNMENT;
        }
    }

    /** Returns the groups, one behind the other. */
    Constant constant() {
        List<Group> groups = groups();
        return new Constant(groups.stream().mapToLong(this::bytes).sum(), memory -> {
            long at = 0;
            for (Group group : groups) {
                long bytes = bytes(group);
                pack(group, memory.asSlice(at, bytes));
                at += bytes;
            }
        });
    }

    private void pack(Group group, MemorySegment memory) {
        try (MemoryDescriptor plain = MemoryDescriptor.strided(DataType.F32, new long[] {depth, group.count()},
                new long[] {1, depth}); MemoryDescriptor packed = descriptor(group)) {
            Reorder.run(plain, weights, group.from() * depth, group.count() * depth, packed, memory);
        }
    }

    /** Returns the name of oneDNN's implementation. */
    String implementation() {
        try (MemoryDescriptor src = MemoryDescriptor.rows(type, TYPICAL_ROWS, depth, depth);
                MemoryDescriptor any = MemoryDescriptor.anyLayout(type, depth, columns);
                MemoryDescriptor dst = MemoryDescriptor.rows(DataType.F32, TYPICAL_ROWS, columns, columns);
                PrimitiveDescriptor matmul = PrimitiveDescriptor.matmul(src, any, dst)) {
            return matmul.implementation();
        }
    }
}
