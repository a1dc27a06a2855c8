package io.panext.dnnl;

import io.panext.kernels.Share;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import io.panext.zoo.Parameter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Weights as oneDNN's matmul asks for: see {@link WeightLayout#PACKED}. Large ones are packed group by group, so that
 * workers can share them where there are few rows. Small ones are packed as a whole, for groups would cost a worker that has
 * all rows a tenth of its time; they are shared if that whole is what the workers' groups are, one after the other.
 */
record PackedWeights(int depth, int columns, DataType type) implements MatmulWeights {

    private static final int GROUPS = 8;
    private static final int LARGE = 1 << 20;

    /** Rows of the product that the layout is asked for: no other number of rows changes oneDNN's answer for the worse. */
    private static final int TYPICAL_ROWS = 196;

    /** Sizes that oneDNN was asked for. There are no more than kinds of layers. */
    private static final Map<Packing, Long> SIZES = new ConcurrentHashMap<>();

    /** Whether what is packed as a whole can be cut into so many groups. */
    private static final Map<Cut, Boolean> CAN_BE_CUT = new ConcurrentHashMap<>();

    /** Some columns, packed. */
    private record Packing(PackedWeights weights, int width) {}

    /** All columns in some groups. */
    private record Cut(PackedWeights weights, int count) {

        /** Finds out, with numbers, whether the groups one after the other are all columns packed as a whole. */
        boolean isWhole() {
            var numbers = new Numbers(List.of(weights.columns, weights.depth));
            try (Arena arena = Arena.ofConfined()) {
                return packed(numbers, weights.cut(1), arena).mismatch(packed(numbers, weights.cut(count), arena)) < 0;
            }
        }

        private MemorySegment packed(Parameter values, List<Group> groups, Arena arena) {
            MemorySegment memory = arena.allocate(weights.bytes(groups), Constant.ALIGNMENT);
            weights.pack(values, groups, memory);
            return memory;
        }
    }

    /** Weights in disorder, all of them exact in bf16. */
    private record Numbers(List<Integer> shape) implements Parameter {

        private static final int GOLDEN_RATIO = 0x9E3779B9;

        @Override
        public String name() {
            return "numbers";
        }

        @Override
        public float[] values() {
            float[] values = new float[size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (i * GOLDEN_RATIO) >>> 24;
            }
            return values;
        }
    }

    /** @throws io.panext.onednn.OnednnException if oneDNN has no fast matmul for them */
    @Override
    public List<Group> groups(Share share) {
        List<Group> groups = isLarge() || share.workers() == 1 ? packed() : shared(share.workers());
        return groups.subList(share.from(groups.size()), share.to(groups.size()));
    }

    private boolean isLarge() {
        return (long) depth * columns >= LARGE && columns % COLUMNS_AT_ONCE == 0;
    }

    private int units() {
        return Math.ceilDiv(columns, COLUMNS_AT_ONCE);
    }

    /** Returns what is packed by itself. */
    private List<Group> packed() {
        return cut(isLarge() ? Math.min(GROUPS, units()) : 1);
    }

    /** Returns the groups of what is packed as a whole. */
    private List<Group> shared(int workers) {
        int count = Math.min(workers, units());
        return CAN_BE_CUT.computeIfAbsent(new Cut(this, count), Cut::isWhole) ? cut(count) : packed();
    }

    private List<Group> cut(int count) {
        var groups = new ArrayList<Group>();
        long offset = 0;
        for (int i = 0; i < count; i++) {
            Share share = new Share(i, count);
            int from = share.from(units()) * COLUMNS_AT_ONCE;
            int width = Math.min(share.to(units()) * COLUMNS_AT_ONCE, columns) - from;
            groups.add(new Group(from, width, offset));
            offset += bytes(width);
        }
        return List.copyOf(groups);
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

    private long bytes(List<Group> groups) {
        return groups.stream().mapToLong(group -> bytes(group.count())).sum();
    }

    @Override
    public Constant constant(Parameter weights) {
        List<Group> groups = packed();
        return new Constant(bytes(groups), memory -> pack(weights, groups, memory));
    }

    private void pack(Parameter weights, List<Group> groups, MemorySegment memory) {
        for (Group group : groups) {
            try (MemoryDescriptor plain = MemoryDescriptor.strided(DataType.F32, new long[] {depth, group.count()},
                    new long[] {1, depth}); MemoryDescriptor packed = descriptor(group)) {
                Reorder.run(plain, weights, group.from() * depth, group.count() * depth, packed,
                        memory.asSlice(group.offset(), bytes(group.count())));
            }
        }
    }
}
