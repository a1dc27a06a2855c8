package io.panext.dnnl;

import io.panext.compile.Operands;
import io.panext.kernels.Matrix;
import io.panext.onednn.Argument;
import io.panext.onednn.Execution;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The memory behind the places of a script, for one worker of one session. */
record Binding(Operands operands, MemorySegment scratch, List<MemorySegment> constants) {

    /** Returns the memory from a place on. */
    MemorySegment resolve(Place place) {
        return switch (place) {
            case Place.Input(int index, long offset) -> from(operands.inputs().get(index), offset);
            case Place.Output(int index, long offset) -> from(operands.outputs().get(index), offset);
            case Place.Scratch(long offset) -> scratch.asSlice(offset);
            case Place.Constant(int index, long offset) -> constants.get(index).asSlice(offset);
            // Where the images are is known when they come: see WorkerTask.
            case Place.Images _ -> operands.images();
        };
    }

    private static MemorySegment from(Matrix matrix, long offset) {
        return matrix.memory().asSlice(matrix.offset() + offset);
    }

    Map<Argument, Execution.Tensor> resolve(Map<Argument, Tensor> tensors) {
        var resolved = new LinkedHashMap<Argument, Execution.Tensor>();
        tensors.forEach((argument, tensor) -> resolved.put(argument,
                new Execution.Tensor(tensor.descriptor(), resolve(tensor.place()))));
        return resolved;
    }
}
