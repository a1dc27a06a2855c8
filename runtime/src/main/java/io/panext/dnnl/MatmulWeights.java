package io.panext.dnnl;

import io.panext.kernels.Share;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import io.panext.zoo.Parameter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How the weights of a product, {@code [depth, columns]}, are laid out: as oneDNN's matmul asks for.
 *
 * <p>Large ones are cut into groups of columns, so that workers can share them where there are few rows.
 *
 * @param depth   values of a row that is multiplied
 * @param columns values of a row of the product
 * @param type    of the packed weights
 */
record MatmulWeights(int depth, int columns, DataType type) {

    private static final int GROUPS = 8;
    private static final int GROUP_MULTIPLE = 64;
    private static final int LARGE = 1 << 20;

    /** Rows of the product that the layout is asked for: no other number of rows changes oneDNN's answer for the worse. */
    private static final int TYPICAL_ROWS = 196;

    /** Sizes that oneDNN was asked for. There are no more than kinds of layers. */
    private static final Map<Packing, Long> SIZES = new ConcurrentHashMap<>();

    /** Some columns, packed. */
    private record Packing(MatmulWeights weights, int width) {}

    /**
     * The layout for the weights of a linear, or of a convolution whose kernel is its stride.
     *
     * @param weights {@code [out, in, ...]}
     */
    static MatmulWeights of(Parameter weights, DataType type) {
        int columns = weights.shape().getFirst();
        return new MatmulWeights(weights.size() / columns, columns, type);
    }

    /**
     * Some columns.
     *
     * @param from   the first column
     * @param count  how many
     * @param offset where they start in the constant, in bytes
     * @param bytes  what they take there
     */
    record Group(int from, int count, long offset, long bytes) {}

    /**
     * Returns all groups, one behind the other.
     *
     * @throws io.panext.onednn.OnednnException if oneDNN has no fast matmul for them
     */
    List<Group> groups() {
        boolean large = (long) depth * columns >= LARGE && columns % GROUP_MULTIPLE == 0;
        int units = large ? columns / GROUP_MULTIPLE : 1;
        int unit = columns / units;
        int count = Math.min(GROUPS, units);
        var cut = new ArrayList<Group>();
        long offset = 0;
        for (int i = 0; i < count; i++) {
            Share share = new Share(i, count);
            int width = (share.to(units) - share.from(units)) * unit;
            long bytes = bytes(width);
            cut.add(new Group(share.from(units) * unit, width, offset, bytes));
            offset += bytes;
        }
        return List.copyOf(cut);
    }

    /** Returns the groups of one worker. */
    List<Group> groups(Share share) {
        List<Group> groups = groups();
        return groups.subList(share.from(groups.size()), share.to(groups.size()));
    }

    /** Describes a group as it is packed; the caller closes the descriptor. */
    MemoryDescriptor descriptor(Group group) {
        return descriptor(group.count());
    }

    private MemoryDescriptor descriptor(int width) {
        try (MemoryDescriptor src = MemoryDescriptor.rows(type, TYPICAL_ROWS, depth, depth);
                MemoryDescriptor any = MemoryDescriptor.anyLayout(type, depth, width);
                MemoryDescriptor dst = MemoryDescriptor.rows(DataType.F32, TYPICAL_ROWS, width, columns);
                PrimitiveDescriptor matmul = PrimitiveDescriptor.matmul(src, any, dst)) {
            return matmul.weights();
        }
    }

    private long bytes(int width) {
        return SIZES.computeIfAbsent(new Packing(this, width), _ -> {
            try (MemoryDescriptor descriptor = descriptor(width)) {
                return Math.ceilDiv(descriptor.bytes(), Constant.ALIGNMENT) * Constant.ALIGNMENT;
            }
        });
    }

    /** Returns weights in this layout, all groups of them. */
    Constant constant(Parameter weights) {
        List<Group> groups = groups();
        return new Constant(groups.stream().mapToLong(Group::bytes).sum(),
                memory -> groups.forEach(group -> pack(weights, group, memory.asSlice(group.offset(), group.bytes()))));
    }

    private void pack(Parameter weights, Group group, MemorySegment memory) {
        try (MemoryDescriptor plain = MemoryDescriptor.strided(DataType.F32, new long[] {depth, group.count()},
                new long[] {1, depth}); MemoryDescriptor packed = descriptor(group)) {
            Reorder.run(plain, weights, group.from() * depth, group.count() * depth, packed, memory);
        }
    }
}
