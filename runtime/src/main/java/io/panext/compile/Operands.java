package io.panext.compile;

import io.panext.graph.Shape;
import io.panext.graph.Visible;
import io.panext.kernels.Matrix;
import io.panext.kernels.PatchTable;
import io.panext.kernels.Share;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The memory of one step in one session.
 *
 * @param shape   shape of the first input
 * @param inputs  the maps it reads; the images are not among them, for they come with each run
 * @param outputs the maps it writes
 * @param scratch memory for each worker
 * @param images  the session's own place for the images, which those of a run need not be in
 */
public record Operands(Shape shape, List<Matrix> inputs, List<Matrix> outputs, List<MemorySegment> scratch,
        MemorySegment images) {

    /** Copies the lists. */
    public Operands {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        scratch = List.copyOf(scratch);
    }

    /** The map that the op works on. */
    public Matrix src() {
        return inputs.getFirst();
    }

    /** The map that the op gives. */
    public Matrix dst() {
        return outputs.getFirst();
    }

    /**
     * The table that says where visible patches are, for ops that read it.
     *
     * @throws java.util.NoSuchElementException if the map is not masked
     */
    public PatchTable table() {
        Visible visible = shape.visible().orElseThrow();
        return new PatchTable(inputs.getLast(), visible.patches().size(), visible.gridHeight(), visible.gridWidth());
    }

    /** Scratch memory of one worker. */
    public MemorySegment scratch(Share share) {
        return scratch.get(share.worker());
    }
}
