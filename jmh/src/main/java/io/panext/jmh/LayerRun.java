package io.panext.jmh;

import io.panext.compile.Backend;
import io.panext.compile.PackedProgram;
import io.panext.compile.Plan;
import io.panext.compile.Program;
import io.panext.compile.Task;
import io.panext.graph.Shape;
import io.panext.jmh.peer.Workload;
import io.panext.kernels.Matrix;
import io.panext.kernels.Share;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** A layer as a model runs it, the last step of a plan for one thread; the steps before it have run. */
final class LayerRun implements AutoCloseable {

    /** How far results may be from exact ones, as a share of the largest: sums of up to 4096 products, GELU to 1e-6. */
    private static final double TOLERANCE = 1e-5;

    /** A layer of more is compared at so many, or somewhat more. */
    private static final int COMPARED_ROWS = 1000;

    private final Arena arena = Arena.ofShared();
    private final Plan.Step step;
    private final PackedProgram weights;
    private final MemorySegment memory;
    private final List<Task> tasks;
    private final MemorySegment pixels;

    /** @throws IllegalArgumentException if the backend has no kernel for the layer */
    LayerRun(Layer layer, Backend backend, Workload work, int stage) throws CheckpointException {
        try (ModelWeights values = work.weights()) {
            Program program = layer.program(backend, values, stage);
            Plan plan = Layer.plan(program, work, stage);
            step = plan.steps().getLast();
            weights = PackedProgram.pack(program, 1);
            memory = arena.allocate(plan.arenaBytes(), Matrix.ROW_ALIGNMENT);
            tasks = plan.bind(weights, memory);
            Shape images = plan.images();
            pixels = arena.allocateFrom(ValueLayout.JAVA_FLOAT,
                    SyntheticCheckpoint.images(images.images(), images.height(), images.width()));
        }
        tasks.forEach(task -> task.run(pixels, Share.ALL));
    }

    void run() {
        tasks.getLast().run(pixels, Share.ALL);
    }

    /** @throws IllegalStateException if the layer gives something else than scalar arithmetic does */
    void requireExactResult() {
        List<Matrix> inputs = step.inputs().stream().map(place -> place.in(memory)).toList();
        Matrix dst = step.outputs().getFirst().in(memory);
        var reference = LayerReference.of(step.node().op(), step.inputs().getFirst().shape(), inputs);
        double largest = 0;
        double difference = 0;
        int stride = 1 + dst.rows() / COMPARED_ROWS;
        for (int row = dst.rows() - 1; row >= 0; row -= stride) {
            double[] expected = reference.row(row);
            for (int column = 0; column < expected.length; column++) {
                largest = Math.max(largest, Math.abs(expected[column]));
                difference = Math.max(difference, Math.abs(dst.get(row, column) - expected[column]));
            }
        }
        // a difference that is NaN is not small either
        if (!(difference <= TOLERANCE * largest)) {
            throw new IllegalStateException(step.choice().kernel().name() + " is " + difference
                    + " away from the exact result, of which the largest value is " + largest);
        }
    }

    @Override
    public void close() {
        tasks.forEach(Task::close);
        weights.close();
        arena.close();
    }
}
