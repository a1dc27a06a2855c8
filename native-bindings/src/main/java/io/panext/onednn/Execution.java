package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;
import io.panext.onednn.jextract.dnnl_exec_arg_t;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A primitive with its tensors, ready to run any number of times. For one thread at a time.
 *
 * <p>Memory that was freed, a closed primitive or a closed execution are errors, never a crash.
 */
public final class Execution implements AutoCloseable {

    private final Primitive primitive;
    private final Stream stream = new Stream();
    private final Map<Argument, Memory> arguments = new LinkedHashMap<>();
    private final Memory[] memories;
    private final MemorySegment array;
    private boolean closed;

    /**
     * One tensor of an execution.
     *
     * @param descriptor its shape; read at once, so that it may be closed afterwards
     * @param memory     off-heap, large enough; the caller frees it, after the execution
     */
    public record Tensor(MemoryDescriptor descriptor, MemorySegment memory) {}

    /**
     * Binds a primitive to memory.
     *
     * @param tensors    all arguments but the scratchpad, as large as those that the primitive was made for
     * @param scratchpad at least {@link PrimitiveDescriptor#scratchpadBytes()}, aligned to 64 bytes
     * @throws IllegalArgumentException if a tensor is missing or too small, if a segment is on the heap or too small, or
     *                                  if one that is written is read-only
     */
    public Execution(Primitive primitive, Map<Argument, Tensor> tensors, MemorySegment scratchpad) {
        this.primitive = primitive;
        try {
            primitive.sizes().require(tensors, primitive);
            tensors.forEach((argument, tensor) -> add(argument, tensor.descriptor(), tensor.memory()));
            if (primitive.scratchpad().bytes() > 0) {
                add(Argument.SCRATCHPAD, primitive.scratchpad(), scratchpad);
            }
            this.memories = arguments.values().toArray(Memory[]::new);
            this.array = dnnl_exec_arg_t.allocateArray(memories.length, Arena.ofAuto());
            int index = 0;
            for (Map.Entry<Argument, Memory> entry : arguments.entrySet()) {
                MemorySegment element = dnnl_exec_arg_t.asSlice(array, index++);
                dnnl_exec_arg_t.arg(element, entry.getKey().code());
                dnnl_exec_arg_t.memory(element, entry.getValue().handle());
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void add(Argument argument, MemoryDescriptor descriptor, MemorySegment memory) {
        requireAccess(argument, memory);
        arguments.put(argument, new Memory(descriptor, memory));
    }

    private void requireAccess(Argument argument, MemorySegment memory) {
        if (memory.isReadOnly() && argument.isWritten()) {
            throw new IllegalArgumentException(argument + " of " + primitive + " is written: not to read-only memory");
        }
    }

    /**
     * Lets an argument read or write elsewhere from now on.
     *
     * @throws IllegalArgumentException if the primitive has no such argument, or if its tensor cannot live there
     */
    public void move(Argument argument, MemorySegment memory) {
        requireOpen();
        Memory tensor = arguments.get(argument);
        if (tensor == null) {
            throw new IllegalArgumentException("no " + argument + " in " + primitive);
        }
        requireAccess(argument, memory);
        tensor.move(memory);
    }

    /** Runs the primitive in the calling thread and returns when it is done. */
    public void run() {
        requireAlive();
        Status.check(Dnnl.dnnl_primitive_execute(primitive.handle(), stream.handle(), memories.length, array),
                () -> "dnnl_primitive_execute " + primitive);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the execution is closed: " + primitive);
        }
    }

    private void requireAlive() {
        requireOpen();
        for (Memory memory : memories) {
            if (!memory.isAlive()) {
                throw new IllegalStateException("memory was freed before the execution of " + primitive);
            }
        }
    }

    /** Frees what is its own; not the primitive, nor the tensors' memory. Closing twice does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            arguments.values().forEach(Memory::close);
            stream.close();
        }
    }
}
