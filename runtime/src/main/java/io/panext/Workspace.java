package io.panext;

import io.panext.arena.TensorArena;
import io.panext.arena.Usage;
import io.panext.compile.PackedProgram;
import io.panext.compile.Plan;
import io.panext.compile.Task;
import io.panext.execute.Crew;
import io.panext.graph.Shape;
import io.panext.kernels.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;

/** A plan's memory and workers: what every kind of session runs in. Not safe for use by many threads. */
final class Workspace implements AutoCloseable {

    private final PackedProgram program;
    private final Plan plan;
    private final TensorArena arena;
    private final boolean ownsArena;
    private final TensorArena.Block block;
    private final MemorySegment memory;
    private final List<Task> tasks;
    private final Crew crew;
    private final Usage usage = new Usage("the session");

    /** Takes {@link Plan#arenaBytes()} from an arena that the caller keeps. */
    Workspace(PackedProgram program, Plan plan, TensorArena arena) {
        this(program, plan, arena, false);
    }

    /** Takes an arena of its own. */
    Workspace(PackedProgram program, Plan plan) {
        this(program, plan, TensorArena.ofBytes(plan.arenaBytes()), true);
    }

    private Workspace(PackedProgram program, Plan plan, TensorArena arena, boolean ownsArena) {
        this.program = program;
        this.plan = plan;
        this.arena = arena;
        this.ownsArena = ownsArena;
        this.block = arena.allocate(plan.arenaBytes());
        this.memory = block.memory();
        List<Task> bound = List.of();
        try (var _ = program.hold()) {
            bound = plan.bind(program, memory);
            this.tasks = bound;
            this.crew = new Crew(plan.workers());
        } catch (RuntimeException | Error e) {
            bound.forEach(Task::close);
            free();
            throw e;
        }
    }

    /** What runs here. */
    Plan plan() {
        return plan;
    }

    /** The place for the input, to be filled before a run, which overwrites it. */
    MemorySegment input() {
        requireOpen();
        return plan.images(memory);
    }

    /** Runs the plan on images that have been checked; they are copied if the workers cannot read them where they are. */
    void run(MemorySegment images) {
        requireBytes("images", images, plan.images());
        try (var _ = usage.hold(); var _ = program.hold(); var _ = arena.hold()) {
            MemorySegment own = input();
            boolean readable = images.isNative() && (images.address() == own.address()
                    || (plan.readsImagesAnywhere() && crew.canRead(images)));
            crew.run(tasks, readable ? images : own.copyFrom(images));
        }
    }

    /**
     * Runs the plan on {@link #input}, step by step.
     *
     * @param observer told of every step before it runs
     * @throws IllegalStateException if images are run apart, whose steps do not follow each other
     */
    void run(Consumer<Plan.Step> observer) {
        if (!plan.isShared()) {
            throw new IllegalStateException(
                    "steps of several images run at the same time: step by step is for sessions "
                            + "in latency mode");
        }
        MemorySegment images = input();
        try (var _ = usage.hold(); var _ = program.hold(); var _ = arena.hold()) {
            for (int step = 0; step < tasks.size(); step++) {
                observer.accept(plan.steps().get(step));
                crew.run(List.of(tasks.get(step)), images);
            }
        }
    }

    /** Returns the view of a place. */
    Matrix view(Plan.Place place) {
        requireOpen();
        return place.in(memory);
    }

    /** Returns a copy of a place. */
    float[] rows(Plan.Place place) {
        return rows(view(place));
    }

    /** @throws IllegalStateException if they are more than one array can hold */
    static float[] rows(Matrix matrix) {
        float[] values = new float[count(matrix)];
        copyRows(matrix, MemorySegment.ofArray(values));
        return values;
    }

    private static int count(Matrix matrix) {
        try {
            return Math.multiplyExact(matrix.rows(), matrix.columns());
        } catch (ArithmeticException e) {
            throw new IllegalStateException(matrix.rows() + "x" + matrix.columns()
                    + " values are more than one array can hold: run fewer images at a time, or smaller ones", e);
        }
    }

    static void copyRows(Matrix src, MemorySegment dst) {
        for (int row = 0; row < src.rows(); row++) {
            long bytes = 4L * src.columns();
            MemorySegment.copy(src.memory(), src.rowOffset(row), dst, row * bytes, bytes);
        }
    }

    static void requireBytes(String what, MemorySegment segment, Shape shape) {
        long bytes = 4L * shape.rows() * shape.channels();
        if (segment.byteSize() != bytes) {
            throw new IllegalArgumentException(what + " has " + segment.byteSize() + " bytes, not the " + bytes + " of "
                    + shape);
        }
    }

    void requireOpen() {
        usage.requireOpen();
    }

    /**
     * Gives memory and threads back. Closing twice does nothing.
     *
     * @throws IllegalStateException if this thread itself runs the plan
     */
    @Override
    public void close() {
        usage.end(() -> {
            crew.close();
            try {
                tasks.forEach(Task::close);
            } finally {
                free();
            }
        });
    }

    private void free() {
        block.close();
        if (ownsArena) {
            arena.close();
        }
    }
}
