package io.panext.compile;

import io.panext.arena.Usage;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A program with its weights in memory, shared by all sessions. Safe for use by many threads. */
public final class PackedProgram implements AutoCloseable {

    private final Program program;
    private final Arena memory;
    private final List<PackedKernel> kernels;
    private final Usage usage = new Usage("the model");

    private PackedProgram(Program program, Arena memory, List<PackedKernel> kernels) {
        this.program = program;
        this.memory = memory;
        this.kernels = kernels;
    }

    /**
     * Reads and packs all weights.
     *
     * @param threads how many share the work, each with one kernel at a time
     * @throws CancellationException if the thread is interrupted
     * @throws OutOfMemoryError if the system has no room for {@link Program#weightBytes()}
     */
    public static PackedProgram pack(Program program, int threads) {
        var packed = new PackedProgram(program, Arena.ofShared(), new ArrayList<>());
        try {
            packed.packAll(threads);
            return packed;
        } catch (RuntimeException | Error e) {
            packed.close();
            throw e;
        }
    }

    private void packAll(int threads) {
        var results = new ArrayList<Future<PackedKernel>>();
        try (var workers = Executors.newFixedThreadPool(threads)) {
            for (Kernel kernel : program.kernels()) {
                results.add(workers.submit(() -> kernel.pack(memory)));
            }
        } finally {
            results.stream().filter(result -> result.state() == Future.State.SUCCESS).map(Future::resultNow)
                    .forEach(kernels::add);
        }
        for (Future<PackedKernel> result : results) {
            requireSuccess(result);
        }
    }

    private static void requireSuccess(Future<PackedKernel> result) {
        switch (result.state()) {
            case SUCCESS -> {
            }
            case FAILED -> {
                switch (result.exceptionNow()) {
                    case RuntimeException e -> throw e;
                    case Error e -> throw e;
                    case Throwable e -> throw new IllegalStateException("weights could not be packed", e);
                }
            }
            case RUNNING, CANCELLED -> throw new CancellationException("interrupted while weights were packed");
        }
    }

    /** The program. */
    public Program program() {
        return program;
    }

    /** Returns the packed kernel of a node. */
    PackedKernel kernel(int node) {
        return kernels.get(node);
    }

    /** Returns whether the weights have not been freed. */
    public boolean isOpen() {
        return usage.isOpen();
    }

    /**
     * Takes hold of the weights, to run something that reads them.
     *
     * @throws IllegalStateException if they have been freed
     */
    public Usage.Hold hold() {
        return usage.hold();
    }

    /**
     * Frees the weights, once nobody holds them any more. Closing twice does nothing.
     *
     * @throws IllegalStateException if this thread itself holds them
     */
    @Override
    public void close() {
        usage.end(() -> {
            kernels.forEach(PackedKernel::close);
            memory.close();
        });
    }
}
