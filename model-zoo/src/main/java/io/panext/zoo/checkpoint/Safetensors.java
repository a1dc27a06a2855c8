package io.panext.zoo.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A checkpoint in the safetensors format: the length of a JSON header (8 bytes, little-endian), the header, which gives
 * each tensor's dtype, shape and place, then the tensors' bytes without gaps.
 *
 * <p>The header is checked completely when the file is opened, the tensors are mapped and read when asked for. See
 * <a href="https://github.com/huggingface/safetensors#format">the format's description</a>.
 */
public final class Safetensors implements Checkpoint {

    private final String name;
    private final MemorySegment file;
    private final SafetensorsHeader header;
    private final Runnable release;

    private Safetensors(String name, MemorySegment file, Runnable release) throws CheckpointException {
        this.name = name;
        this.file = file.asReadOnly();
        this.header = SafetensorsHeader.parse(name, file);
        this.release = release;
    }

    /**
     * Maps a file into memory. It must not change as long as the checkpoint is open.
     *
     * @throws CheckpointException if it is not there, not readable or not a sound safetensors file
     */
    public static Safetensors open(Path path) throws CheckpointException {
        Arena arena = Arena.ofShared();
        return of(path.toString(), MappedFile.map(path, arena), arena);
    }

    /**
     * Reads a checkpoint that is in memory already, without copying.
     *
     * @param name what error messages call it
     * @param file the whole file; stays its owner's, who must keep it alive as long as the checkpoint
     * @throws CheckpointException if it is not a sound safetensors file
     */
    public static Safetensors of(String name, MemorySegment file) throws CheckpointException {
        return new Safetensors(name, file, () -> {});
    }

    /**
     * Reads a checkpoint that is in memory already, without copying, and takes over that memory.
     *
     * @param name  what error messages call it
     * @param file  the whole file
     * @param owner arena of the file's memory: closed by {@link #close()}, or at once if this method throws
     * @throws CheckpointException if it is not a sound safetensors file
     */
    public static Safetensors of(String name, MemorySegment file, Arena owner) throws CheckpointException {
        try {
            return new Safetensors(name, file, owner::close);
        } catch (CheckpointException e) {
            owner.close();
            throw e;
        }
    }

    /**
     * Writes a file of fp32 tensors.
     *
     * <p>The bytes go to a new file beside the target, which takes the target's place only once it is complete.
     *
     * @param target   file to write or replace
     * @param tensors  tensors by name, in the order in which they are to be written
     * @param metadata notes for the header; may be empty
     * @throws CheckpointException      if the target cannot be written
     * @throws IllegalArgumentException if a tensor has the format's one reserved name, {@code __metadata__}
     */
    public static void write(Path target, SequencedMap<String, FloatTensor> tensors, Map<String, String> metadata)
            throws CheckpointException {
        SafetensorsWriter.write(target, tensors.entrySet().stream()
                .map(tensor -> SafetensorsWriter.Tensor.of(tensor.getKey(), tensor.getValue())).toList(), metadata,
                _ -> {});
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public SequencedMap<String, TensorInfo> tensors() {
        return Collections.unmodifiableSequencedMap(header.tensors());
    }

    @Override
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    @Override
    public MemorySegment bytes(String tensor) {
        TensorInfo info = info(tensor);
        return file.asSlice(header.position(tensor), info.byteSize());
    }

    @Override
    public List<MemorySegment> mapped(String tensor) {
        return MappedFile.mapped(bytes(tensor));
    }

    @Override
    public void close() {
        if (file.scope().isAlive()) {
            release.run();
        }
    }

    /**
     * Values to be written.
     *
     * @param shape  dimensions, outermost first
     * @param values row-major fp32 in native byte order, on or off the heap, as many as the shape says
     */
    public record FloatTensor(List<Integer> shape, MemorySegment values) {

        /** @throws IllegalArgumentException if shape and number of values disagree */
        public FloatTensor {
            shape = List.copyOf(shape);
            long byteSize = new TensorInfo("values", DType.F32, shape).byteSize();
            if (byteSize != values.byteSize()) {
                throw new IllegalArgumentException("shape " + shape + " takes " + byteSize + " bytes, not "
                        + values.byteSize());
            }
        }

        /** Wraps an array, without copying. */
        public static FloatTensor of(List<Integer> shape, float... values) {
            return new FloatTensor(shape, MemorySegment.ofArray(values));
        }
    }
}
