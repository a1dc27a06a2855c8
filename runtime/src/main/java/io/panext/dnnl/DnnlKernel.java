package io.panext.dnnl;

import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.PackedKernel;
import io.panext.compile.Task;
import io.panext.graph.Shape;
import io.panext.kernels.Share;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;
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

    @Override
    public boolean noticesFreedMemory() {
        return false;
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

        Packed(List<MemorySegment> memories) {
            this.memories = memories;
            scripts.retain();
        }

        @Override
        public Task bind(Operands operands) {
            var bound = new Bound(scripts);
            try {
                int workers = operands.scratch().size();
                for (int worker = 0; worker < workers; worker++) {
                    bound.add(key(operands.shape(), new Share(worker, workers)), operands,
                            operands.scratch().get(worker), memories);
                }
                return bound;
            } catch (RuntimeException | Error e) {
                bound.close();
                throw e;
            }
        }

        @Override
        public void close() {
            scripts.release();
        }
    }

    /** The workers' scripts on memory. */
    private static final class Bound implements Task {

        private final Scripts scripts;
        private final List<Scripts.Key> taken = new ArrayList<>();
        private final List<WorkerTask> tasks = new ArrayList<>();

        Bound(Scripts scripts) {
            this.scripts = scripts;
        }

        void add(Scripts.Key key, Operands operands, MemorySegment scratch, List<MemorySegment> constants) {
            Script script = scripts.take(key);
            taken.add(key);
            tasks.add(script.bind(operands, scratch, constants));
        }

        @Override
        public void run(MemorySegment images, Share share) {
            tasks.get(share.worker()).run(images);
        }

        @Override
        public void close() {
            tasks.forEach(WorkerTask::close);
            tasks.clear();
            taken.forEach(scripts::give);
            taken.clear();
        }
    }
}
