package io.panext.dnnl;

import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.PackedKernel;
import io.panext.compile.Task;
import io.panext.graph.Shape;
import io.panext.kernels.Share;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A kernel made of primitives.
 *
 * @param name      what plans call it
 * @param constants weights and whatever else does not depend on the shape
 * @param recipe    how a worker does its share
 * @param scripts   where those that follow the recipe are kept
 * @param needsWarmUp whether a part of it is the Vector API's
 */
record DnnlKernel(String name, List<Constant> constants, Recipe recipe, Scripts scripts,
        boolean needsWarmUp) implements Kernel {

    /** Copies the list. */
    DnnlKernel {
        constants = List.copyOf(constants);
    }

    @Override
    public long weightBytes() {
        return constants.stream().mapToLong(Constant::bytes).sum();
    }

    @Override
    public long scratchBytes(Shape input, int workers) {
        return IntStream.range(0, workers)
                .mapToLong(worker -> scripts.scratchBytes(key(input, new Share(worker, workers))))
                .max().orElseThrow();
    }

    private Scripts.Key key(Shape input, Share share) {
        return new Scripts.Key(recipe, input, share);
    }

    @Override
    public PackedKernel pack(SegmentAllocator allocator) {
        return new Packed(constants.stream().map(constant -> {
            MemorySegment memory = allocator.allocate(Math.max(constant.bytes(), 1), Constant.ALIGNMENT);
            constant.writer().write(memory);
            return memory;
        }).toList());
    }

    private final class Packed implements PackedKernel {

        private final List<MemorySegment> memories;
        private final Map<Scripts.Key, Script> taken = new HashMap<>();

        Packed(List<MemorySegment> memories) {
            this.memories = memories;
        }

        @Override
        public Task bind(Operands operands) {
            int workers = operands.scratch().size();
            List<WorkerTask> tasks = IntStream.range(0, workers)
                    .mapToObj(worker -> script(key(operands.shape(), new Share(worker, workers)))
                            .bind(operands, operands.scratch().get(worker), memories))
                    .toList();
            return new Task() {
                @Override
                public void run(MemorySegment images, Share share) {
                    tasks.get(share.worker()).run(images);
                }

                @Override
                public void close() {
                    tasks.forEach(WorkerTask::close);
                }
            };
        }

        private synchronized Script script(Scripts.Key key) {
            return taken.computeIfAbsent(key, scripts::take);
        }

        @Override
        public synchronized void close() {
            taken.keySet().forEach(scripts::give);
            taken.clear();
        }
    }
}
