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
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Kernels of one trial with weights and memory of their own, run in turn on one worker. What cannot be run a few times
 * before the time is over is not begun.
 */
final class BoundKernels implements AutoCloseable {

    /** The bits of an fp32 of 0.0115: neither zero, which some products skip, nor slow to add. */
    private static final byte FILL = 0x3c;

    private static final Share SMALL = new Share(0, 16);

    /** Fewer tell nothing: a Java kernel that is not compiled yet takes as long each time, and so long that there are few. */
    private static final int LEAST_ROUNDS = 4;

    private final Arena arena = Arena.ofShared();
    private final List<PackedKernel> packed = new ArrayList<>();
    private final SequencedMap<String, Task> wholes = new LinkedHashMap<>();
    private final SequencedMap<String, Task> shares = new LinkedHashMap<>();
    private final Map<String, Long> expectedNanos = new HashMap<>();
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
                wholes.put(kernel.name(), bind(kernel, input, src, dst, Share.ALL));
                if (kernel.needsWarmUp()) {
                    shares.put(kernel.name(), bind(kernel, input, src, dst, SMALL));
                }
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Task bind(Kernel kernel, Shape input, List<Matrix> src, List<Matrix> dst, Share share) {
        MemorySegment own = allocate(kernel.scratchBytes(input, share.workers()));
        return packed.getLast().bind(
                new Operands(input, src, dst, Collections.nCopies(share.workers(), own), images));
    }

    /**
     * Runs a small share of what must be compiled, a few times at least: whole it would take seconds before it is.
     *
     * @param until when to stop
     */
    void warmUp(long until) {
        run(shares, SMALL, until);
    }

    /**
     * Runs the kernels in turn, a few times at least.
     *
     * @param until when to stop
     * @return the shortest time of each that was run so often, in microseconds, by name
     */
    Map<String, Double> run(long until) {
        var micros = new LinkedHashMap<String, Double>();
        run(wholes, Share.ALL, until).forEach((kernel, nanos) -> micros.put(kernel, nanos / 1e3));
        return micros;
    }

    private Map<String, Long> run(SequencedMap<String, Task> tasks, Share share, long until) {
        var best = new LinkedHashMap<String, Long>();
        var rounds = new HashMap<String, Integer>();
        boolean ran = true;
        for (int round = 0; ran && (round < LEAST_ROUNDS || timer.now() - until < 0); round++) {
            ran = false;
            for (Map.Entry<String, Task> task : tasks.entrySet()) {
                long start = timer.now();
                long expected = expectedNanos.getOrDefault(task.getKey(), 0L) / share.workers();
                if (timer.end() - start > expected * Math.max(LEAST_ROUNDS - round, 1)) {
                    task.getValue().run(images, share);
                    long nanos = Math.max(1, timer.now() - start);
                    best.merge(task.getKey(), nanos, Math::min);
                    rounds.merge(task.getKey(), 1, Integer::sum);
                    expectedNanos.put(task.getKey(), nanos * share.workers());
                    ran = true;
                }
            }
        }
        best.keySet().removeIf(kernel -> rounds.get(kernel) < LEAST_ROUNDS);
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
        shares.values().forEach(Task::close);
        wholes.values().forEach(Task::close);
        packed.forEach(PackedKernel::close);
        arena.close();
    }
}
