package io.panext.tune;

import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.PackedKernel;
import io.panext.compile.Task;
import io.panext.graph.Shape;
import io.panext.kernels.Matrix;
import io.panext.kernels.Share;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Kernels of one trial with weights and memory of their own, run in turn on one worker. */
final class BoundKernels implements AutoCloseable {

    /** The bits of an fp32 of 0.0115: neither zero, which some products skip, nor slow to add. */
    private static final byte FILL = 0x3c;

    private final Arena arena = Arena.ofShared();
    private final List<PackedKernel> packed = new ArrayList<>();
    private final SequencedMap<String, Task> tasks = new LinkedHashMap<>();
    private final Timer timer;
    private final MemorySegment images;

    /** Binds kernels one after the other while there is time. */
    BoundKernels(Trial trial, List<Kernel> kernels, Timer timer) {
        this.timer = timer;
        try {
            Shape input = trial.inputs().getFirst();
            images = allocate(4L * input.rows() * input.channels());
            List<Matrix> src = trial.inputs().stream().map(this::map).toList();
            List<Matrix> dst = trial.outputs().stream().map(this::map).toList();
            for (Kernel kernel : kernels) {
                if (timer.isOver()) {
                    break;
                }
                packed.add(kernel.pack(arena));
                MemorySegment scratch = allocate(kernel.scratchBytes(input, 1));
                tasks.put(kernel.name(),
                        packed.getLast().bind(new Operands(input, src, dst, List.of(scratch), images)));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /**
     * Runs the kernels in turn until a time, a number of times at least, but never once the timer's time is over.
     *
     * @return the shortest time of each that was run, in microseconds, by name
     */
    Map<String, Double> run(int leastRounds, long until) {
        var best = new LinkedHashMap<String, Double>();
        for (int round = 0; round < leastRounds || timer.now() - until < 0; round++) {
            for (Map.Entry<String, Task> task : tasks.entrySet()) {
                long start = timer.now();
                if (timer.isOver()) {
                    return best;
                }
                task.getValue().run(images, Share.ALL);
                best.merge(task.getKey(), Math.max(1, timer.now() - start) / 1e3, Math::min);
            }
        }
        return best;
    }

    private Matrix map(Shape shape) {
        return Matrix.aligned(allocate(shape.bytes()), 0, shape.rows(), shape.channels());
    }

    private MemorySegment allocate(long bytes) {
        return arena.allocate(Math.max(bytes, 1), Matrix.ROW_ALIGNMENT).fill(FILL);
    }

    @Override
    public void close() {
        tasks.values().forEach(Task::close);
        packed.forEach(PackedKernel::close);
        arena.close();
    }
}
