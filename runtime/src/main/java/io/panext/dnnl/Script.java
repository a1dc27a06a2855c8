package io.panext.dnnl;

import io.panext.compile.Operands;
import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.Execution;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.Primitive;
import io.panext.onednn.PrimitiveDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.function.Supplier;

/**
 * What one worker does for one op on maps of one shape: primitives, one after the other, and where their tensors lie.
 *
 * <p>Primitives are compiled when a script is first bound to memory; before that it tells how much scratch memory it needs.
 */
final class Script implements AutoCloseable {

    private final List<Call> calls = new ArrayList<>();
    private final SequencedSet<AutoCloseable> owned = new LinkedHashSet<>();
    private final Map<Rows, MemoryDescriptor> descriptors = new HashMap<>();
    private final Map<List<Object>, PrimitiveDescriptor> made = new HashMap<>();
    private long scratchBytes;
    private long scratchpadBytes;

    private record Rows(DataType type, long rows, long columns, long stride) {}

    private sealed interface Call {

        record Run(PrimitiveDescriptor descriptor, Map<Argument, Tensor> tensors) implements Call {}

        record Java(Action action) implements Call {}
    }

    /** Something that is done in Java between two primitives. */
    @FunctionalInterface
    interface Action {

        /** Returns what is to be done on given memory. */
        Runnable bind(Binding binding);
    }

    private final Map<PrimitiveDescriptor, Primitive> primitives = new LinkedHashMap<>();

    /** Reserves scratch memory for as long as the script runs. */
    Place.Scratch scratch(long bytes) {
        var place = new Place.Scratch(scratchBytes);
        scratchBytes += Math.ceilDiv(bytes, Constant.ALIGNMENT) * Constant.ALIGNMENT;
        return place;
    }

    /** Lets the script close something with itself, once, however often it is told to. */
    <T extends AutoCloseable> T own(T object) {
        owned.add(object);
        return object;
    }

    /** Describes rows of values; the descriptor is the script's. */
    MemoryDescriptor rows(DataType type, long rows, long columns, long stride) {
        return descriptors.computeIfAbsent(new Rows(type, rows, columns, stride),
                _ -> own(MemoryDescriptor.rows(type, rows, columns, stride)));
    }

    /**
     * Returns the descriptor of a primitive, which becomes the script's: one for all blocks of rows that are alike.
     *
     * @param key what the descriptor is made of: a name, and descriptors of tensors that are the script's
     */
    PrimitiveDescriptor once(List<Object> key, Supplier<PrimitiveDescriptor> descriptor) {
        return made.computeIfAbsent(key, _ -> adopt(descriptor.get()));
    }

    /** Adds a primitive; its descriptor becomes the script's. */
    void run(PrimitiveDescriptor descriptor, Map<Argument, Tensor> tensors) {
        calls.add(new Call.Run(adopt(descriptor), tensors));
    }

    private PrimitiveDescriptor adopt(PrimitiveDescriptor descriptor) {
        if (owned.add(descriptor)) {
            scratchpadBytes = Math.max(scratchpadBytes, descriptor.scratchpadBytes());
        }
        return descriptor;
    }

    /** Adds a copy from one layout or type to another. */
    void copy(Tensor src, Tensor dst) {
        run(once(List.of("reorder", src.descriptor(), dst.descriptor()),
                () -> PrimitiveDescriptor.reorder(src.descriptor(), dst.descriptor())),
                Map.of(Argument.SRC, src, Argument.DST, dst));
    }

    /** Adds something that Java does. */
    void run(Action action) {
        calls.add(new Call.Java(action));
    }

    /** Scratch memory that the script needs, in bytes. */
    long scratchBytes() {
        return scratchBytes + scratchpadBytes;
    }

    /**
     * Binds the script to memory.
     *
     * @param scratch at least {@link #scratchBytes()} bytes, aligned
     */
    synchronized WorkerTask bind(Operands operands, MemorySegment scratch, List<MemorySegment> constants) {
        var binding = new Binding(operands, scratch, constants);
        MemorySegment scratchpad = scratch.asSlice(scratchBytes);
        var task = new WorkerTask();
        try {
            for (Call call : calls) {
                switch (call) {
                    case Call.Run(PrimitiveDescriptor descriptor, Map<Argument, Tensor> tensors) ->
                        task.add(new Execution(primitives.computeIfAbsent(descriptor, this::compile),
                                binding.resolve(tensors), scratchpad), tensors.get(Argument.SRC));
                    case Call.Java(Action action) -> task.add(action.bind(binding));
                }
            }
            return task;
        } catch (RuntimeException | Error e) {
            task.close();
            throw e;
        }
    }

    /** Compiles a primitive and closes its descriptor, which takes as much memory again. */
    private Primitive compile(PrimitiveDescriptor descriptor) {
        Primitive primitive = own(new Primitive(descriptor));
        descriptor.close();
        return primitive;
    }

    @Override
    public void close() {
        owned.reversed().forEach(object -> {
            try {
                object.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new AssertionError("nothing of oneDNN throws a checked exception", e);
            }
        });
        owned.clear();
    }
}
