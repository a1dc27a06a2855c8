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
import java.util.function.BiConsumer;

/**
 * Kernels that could run the same op on the same shapes, run in turn on one worker.
 *
 * @param candidates at least two if it is run
 * @param inputs     shapes of what the op reads; the first may be the planar images
 * @param outputs    shapes of what it writes
 */
record Trial(List<Kernel> candidates, List<Shape> inputs, List<Shape> outputs) {

    /** The bits of an fp32 of 0.0115: neither zero, which some products skip, nor slow to add. */
    private static final byte FILL = 0x3c;

    private static final Share FEW_ROWS = new Share(0, 32);

    /** Returns whether there is nothing to measure. */
    boolean isDecided() {
        return candidates.size() == 1;
    }

    /** What is measured is the same for trials of the same name. */
    String name() {
        List<String> names = candidates.stream().map(Kernel::name).toList();
        return names + " " + inputs + " to " + outputs;
    }

    /** Runs the candidates on few rows: enough for Java to begin to compile them, and little for its interpreter. */
    void warmUp() {
        use((tasks, images) -> tasks.forEach(task -> task.run(images, FEW_ROWS)));
    }

    /**
     * Runs the candidates in turn until the time is up, once each at least.
     *
     * @return the shortest time of each, in microseconds, by name
     */
    Map<String, Double> run(long nanos) {
        var best = new LinkedHashMap<String, Double>();
        use((tasks, images) -> {
            long end = System.nanoTime() + nanos;
            do {
                for (int i = 0; i < tasks.size(); i++) {
                    long start = System.nanoTime();
                    tasks.get(i).run(images, Share.ALL);
                    best.merge(candidates.get(i).name(), (System.nanoTime() - start) / 1e3, Math::min);
                }
            } while (System.nanoTime() - end < 0);
        });
        return best;
    }

    private void use(BiConsumer<List<Task>, MemorySegment> user) {
        var packed = new ArrayList<PackedKernel>();
        var tasks = new ArrayList<Task>();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment images = allocate(arena, 4L * inputs.getFirst().rows() * inputs.getFirst().channels());
            List<Matrix> src = inputs.stream().map(shape -> map(arena, shape)).toList();
            List<Matrix> dst = outputs.stream().map(shape -> map(arena, shape)).toList();
            try {
                for (Kernel candidate : candidates) {
                    packed.add(candidate.pack(arena));
                    MemorySegment scratch = allocate(arena, candidate.scratchBytes(inputs.getFirst(), 1));
                    tasks.add(
                            packed.getLast().bind(new Operands(inputs.getFirst(), src, dst, List.of(scratch), images)));
                }
                user.accept(tasks, images);
            } finally {
                tasks.forEach(Task::close);
                packed.forEach(PackedKernel::close);
            }
        }
    }

    private static Matrix map(Arena arena, Shape shape) {
        return Matrix.aligned(allocate(arena, shape.bytes()), 0, shape.rows(), shape.channels());
    }

    private static MemorySegment allocate(Arena arena, long bytes) {
        return arena.allocate(Math.max(bytes, 1), Matrix.ROW_ALIGNMENT).fill(FILL);
    }
}
