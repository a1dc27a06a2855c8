package io.panext.jmh;

import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.PackedKernel;
import io.panext.compile.Task;
import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Matrix;
import io.panext.kernels.Share;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A kernel with weights and memory of its own, run by one thread. */
final class BoundKernel implements AutoCloseable {

    /** How far results may be apart, as a share of the largest: sums of up to 4096 products in another order. */
    private static final float TOLERANCE = 1e-5f;

    private final String name;
    private final Arena arena = Arena.ofShared();
    private final PackedKernel packed;
    private final Task task;
    private final Matrix dst;

    BoundKernel(Kernel kernel, Op op, List<Shape> inputs) {
        name = kernel.name();
        Shape shape = inputs.getFirst();
        List<Matrix> maps = inputs.stream().map(this::map).toList();
        maps.forEach(BoundKernel::fill);
        dst = map(op.output(shape));
        packed = kernel.pack(arena);
        MemorySegment scratch = allocate(kernel.scratchBytes(shape, 1));
        task = packed.bind(new Operands(shape, maps, List.of(dst), List.of(scratch), MemorySegment.NULL));
    }

    private Matrix map(Shape shape) {
        return Matrix.aligned(allocate(shape.bytes()), 0, shape.rows(), shape.channels());
    }

    private MemorySegment allocate(long bytes) {
        return arena.allocate(Math.max(bytes, 1), Matrix.ROW_ALIGNMENT);
    }

    private static void fill(Matrix map) {
        float[] values = SyntheticCheckpoint.uniform("map", map.rows() * map.columns());
        for (int row = 0; row < map.rows(); row++) {
            for (int column = 0; column < map.columns(); column++) {
                map.set(row, column, values[row * map.columns() + column]);
            }
        }
    }

    void run() {
        task.run(MemorySegment.NULL, Share.ALL);
    }

    /** @throws IllegalStateException if another kernel gives something else */
    void requireSameResult(BoundKernel other) {
        run();
        other.run();
        float largest = 0;
        float difference = 0;
        for (int row = 0; row < dst.rows(); row++) {
            for (int column = 0; column < dst.columns(); column++) {
                largest = Math.max(largest, Math.abs(other.dst.get(row, column)));
                difference = Math.max(difference, Math.abs(dst.get(row, column) - other.dst.get(row, column)));
            }
        }
        if (!(difference <= TOLERANCE * largest)) {
            throw new IllegalStateException(name + " is " + difference + " away from " + other.name
                    + ", of which the largest value is " + largest);
        }
    }

    @Override
    public void close() {
        task.close();
        packed.close();
        arena.close();
    }
}
