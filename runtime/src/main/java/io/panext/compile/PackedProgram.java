package io.panext.compile;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** A program with its weights in memory, shared by all sessions. */
public final class PackedProgram implements AutoCloseable {

    private final Program program;
    private final Arena memory;
    private final List<PackedKernel> kernels;

    private PackedProgram(Program program, Arena memory, List<PackedKernel> kernels) {
        this.program = program;
        this.memory = memory;
        this.kernels = kernels;
    }

    /**
     * Reads and packs all weights.
     *
     * @throws OutOfMemoryError if the system has no room for {@link Program#weightBytes()}
     */
    public static PackedProgram pack(Program program) {
        var packed = new PackedProgram(program, Arena.ofShared(), new ArrayList<>());
        try {
            program.kernels().forEach(kernel -> packed.kernels.add(kernel.pack(packed.memory)));
            return packed;
        } catch (RuntimeException | Error e) {
            packed.close();
            throw e;
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

    /** Frees the weights. No session of this program may run any more. */
    @Override
    public void close() {
        kernels.forEach(PackedKernel::close);
        memory.close();
    }
}
