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
 * Weights as oneDNN's matmul asks for: see {@link WeightLayout#PACKED}. Large ones are packed group by group, so that
 * workers can share them where there are few rows.
 */
record PackedWeights(int depth, int columns, DataType type) implements MatmulWeights {

    private static final int GROUPS = 8;
    private static final int LARGE = 1 << 20;

    /** Rows of the product that the layout is asked for: no other number of rows changes oneDNN's answer for the worse. */
    private static final int TYPICAL_ROWS = 196;

    /** Sizes that oneDNN was asked for. There are no more than kinds of layers. */
    private static final Map<Packing, Long> SIZES = new ConcurrentHashMap<>();

    /** Some columns, packed. */
    private record Packing(PackedWeights weights, int width) {}

    /** @throws io.panext.onednn.OnednnException if oneDNN has no fast matmul for them */
    @Override
    public List<Group> groups(Share share) {
        List<Group> groups = groups();
        return groups.subList(share.from(groups.size()), share.to(groups.size()));
    }

    private List<Group> groups() {
        boolean large = (long) depth * columns >= LARGE && columns % COLUMNS_AT_ONCE == 0;
        int units = large ? columns / COLUMNS_AT_ONCE : 1;
        int unit = columns / units;
        int count = Math.min(GROUPS, units);
        var cut = new ArrayList<Group>();
        long offset = 0;
        for (int i = 0; i < count; i++) {
            Share share = new Share(i, count);
            int width = (share.to(units) - share.from(units)) * unit;
            cut.add(new Group(share.from(units) * unit, width, offset));
            offset += bytes(width);
        }
        return List.copyOf(cut);
    }

    @Override
    public MemoryDescriptor descriptor(Group group) {
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

    @Override
    public Constant constant(Parameter weights) {
        List<Group> groups = groups();
        return new Constant(groups.stream().mapToLong(group -> bytes(group.count())).sum(),
                memory -> groups.forEach(group -> pack(weights, group, memory)));
    }

    private void pack(Parameter weights, Group group, MemorySegment memory) {
        try (MemoryDescriptor plain = MemoryDescriptor.strided(DataType.F32, new long[] {depth, group.count()},
                new long[] {1, depth}); MemoryDescriptor packed = descriptor(group)) {
            Reorder.run(plain, weights, group.from() * depth, group.count() * depth, packed,
                    memory.asSlice(group.offset(), bytes(group.count())));
        }
    }
}
