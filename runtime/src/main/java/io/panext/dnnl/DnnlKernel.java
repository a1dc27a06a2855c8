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
 * @param needsWarmUp whether a part of it is the Vector API's
 */
record DnnlKernel(String name, List<Constant> constants, Recipe recipe, boolean needsWarmUp) implements Kernel {

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
        return IntStream.range(0, workers).mapToLong(worker -> {
            try (Script script = script(input, new Share(worker, workers))) {
                return script.scratchBytes();
            }
        }).max().orElseThrow();
    }

    private Script script(Shape input, Share share) {
        var script = new Script();
        try {
            recipe.write(script, input, share);
            return script;
        } catch (RuntimeException | Error e) {
            script.close();
            throw e;
        }
    }

    @Override
    public PackedKernel pack(SegmentAllocator allocator) {
        return new Packed(constants.stream().map(constant -> {
            MemorySegment memory = allocator.allocate(Math.max(constant.bytes(), 1), Constant.ALIGNMENT);
            constant.writer().write(memory);
            return memory;
        }).toList());
    }

    private record ScriptKey(Shape input, Share share) {}

    private final class Packed implements PackedKernel {

        private final List<MemorySegment> memories;
        private final Map<ScriptKey, Script> scripts = new HashMap<>();

        Packed(List<MemorySegment> memories) {
            this.memories = memories;
        }

        @Override
        public Task bind(Operands operands) {
            int workers = operands.scratch().size();
            List<WorkerTask> tasks = IntStream.range(0, workers)
                    .mapToObj(worker -> script(new ScriptKey(operands.shape(), new Share(worker, workers)))
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

        private synchronized Script script(ScriptKey key) {
            return scripts.computeIfAbsent(key, _ -> DnnlKernel.this.script(key.input(), key.share()));
        }

        @Override
        public synchronized void close() {
            scripts.values().forEach(Script::close);
            scripts.clear();
        }
    }
}
