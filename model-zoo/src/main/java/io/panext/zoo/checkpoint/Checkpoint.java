package io.panext.zoo.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * Named tensors, read when they are asked for.
 *
 * <p>Implementations are immutable and safe for use by many threads, until {@link #close()}.
 */
public interface Checkpoint extends AutoCloseable {

    /** What error messages call it: the file's name, as the user gave it. */
    String name();

    /** All tensors by the file's own keys, in the file's order. */
    SequencedMap<String, TensorInfo> tensors();

    /** Free-form notes that the file carries; empty if none. */
    default Map<String, String> metadata() {
        return Map.of();
    }

    /** What the file holds besides these tensors and notes, by its own keys: {@code optimizer}, {@code epoch}. */
    default List<String> omitted() {
        return List.of();
    }

    /** What the user should know of the file, though it can be used, one sentence each. */
    default List<String> warnings() {
        return List.of();
    }

    /**
     * Returns the stored bytes of a tensor, read-only and without copying where the source allows.
     *
     * @return row-major little-endian values, in no particular alignment, valid until {@link #close()}
     * @throws IllegalArgumentException if there is no such tensor
     */
    MemorySegment bytes(String tensor);

    /**
     * Finds the parts of mapped files that a tensor is read from: none if its bytes are in memory, or are made when they
     * are asked for.
     *
     * @throws IllegalArgumentException if there is no such tensor
     */
    default List<MemorySegment> mapped(String tensor) {
        info(tensor);
        return List.of();
    }

    /**
     * Reads a tensor as fp32.
     *
     * @return all values in row-major order, in a new array
     * @throws IllegalArgumentException      if there is no such tensor or it does not fit an array
     * @throws UnsupportedOperationException if its type is not {@linkplain DType#isWeight() a weight's}
     */
    default float[] floats(String tensor) {
        TensorInfo info = info(tensor);
        if (info.size() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name() + ": tensor " + tensor + " " + info.shape()
                    + " does not fit an array");
        }
        float[] values = new float[(int) info.size()];
        read(tensor, 0, values, values.length);
        return values;
    }

    /**
     * Reads a part of a tensor as fp32.
     *
     * @param from  row-major index of the first value
     * @param dst   where they go, from its start on
     * @param count how many
     * @throws IllegalArgumentException      if there is no such tensor
     * @throws IndexOutOfBoundsException     if it has not so many values, or there is not so much room
     * @throws UnsupportedOperationException if its type is not {@linkplain DType#isWeight() a weight's}
     */
    default void read(String tensor, long from, float[] dst, int count) {
        TensorInfo info = info(tensor);
        DType dtype = info.requireWeight(name());
        MemorySegment bytes = bytes(tensor);
        long start = from * dtype.byteSize();
        long end = start + (long) count * dtype.byteSize();
        dtype.toFloats(bytes.asSlice(start, end - start), dst);
        MappedFile.forget(bytes.asSlice(0, end), end - start, from + count == info.size());
    }

    /**
     * Returns what is known of a tensor.
     *
     * @throws IllegalArgumentException if there is no such tensor
     */
    default TensorInfo info(String tensor) {
        TensorInfo info = tensors().get(tensor);
        if (info == null) {
            throw new IllegalArgumentException(name() + ": no tensor " + tensor);
        }
        return info;
    }

    /** Releases the file or memory. Segments that {@link #bytes} returned must not be used any more. */
    @Override
    void close();

    /**
     * Opens a checkpoint by its path, or by the name of the embedded model or of published weights that have been fetched.
     *
     * @throws IOException as {@link PretrainedModel#open(String)} does
     */
    static Checkpoint open(String nameOrPath) throws IOException {
        return open(nameOrPath, Optional.empty());
    }

    /**
     * Opens a checkpoint by its path, or by the name of the embedded model or of published weights that have been fetched.
     *
     * @param weights as for {@link #open(Path, Optional)}
     * @throws IOException as {@link PretrainedModel#open(String)} does
     */
    static Checkpoint open(String nameOrPath, Optional<String> weights) throws IOException {
        if (!nameOrPath.equals(EmbeddedModel.NAME)) {
            return open(ModelFiles.of(nameOrPath).checkpoint(), weights);
        }
        requireNoChoice(nameOrPath, weights);
        return EmbeddedModel.checkpoint();
    }

    /**
     * Opens a checkpoint file, whose format is recognised by its content.
     *
     * @param path a safetensors file, the {@code .index.json} of several, what {@code torch.save} wrote: nothing that it
     *             names is ever executed; or what MindSpore's {@code save_checkpoint} wrote; or a folder with one of them
     * @throws CheckpointException if the file is not there, not readable, damaged or of another format
     */
    static Checkpoint open(Path path) throws CheckpointException {
        return open(path, Optional.empty());
    }

    /**
     * Opens a checkpoint file, whose format is recognised by its content.
     *
     * @param path    as for {@link #open(Path)}
     * @param weights which state dict of a training checkpoint that holds several, by its key: {@code model},
     *                {@code model_ema}; averaged weights, if there are any, where this is empty
     * @throws CheckpointException also if the file does not hold these weights beside others
     */
    static Checkpoint open(Path path, Optional<String> weights) throws CheckpointException {
        Path file = ModelFiles.at(path).checkpoint();
        if (ShardedCheckpoint.recognises(file)) {
            requireNoChoice(file.toString(), weights);
            return ShardedCheckpoint.open(file);
        }
        Arena arena = Arena.ofShared();
        return of(file.toString(), MappedFile.map(file, arena), arena, weights);
    }

    /**
     * Opens a checkpoint that is in memory, without copying the tensors, and takes over that memory.
     *
     * @param name  what error messages call it
     * @param file  the whole file: safetensors, PyTorch's or MindSpore's
     * @param owner arena of the file's memory: closed by {@link #close()}, or at once if this method throws
     * @throws CheckpointException if it is damaged or of another format
     */
    static Checkpoint of(String name, MemorySegment file, Arena owner) throws CheckpointException {
        return of(name, file, owner, Optional.empty());
    }

    private static Checkpoint of(String name, MemorySegment file, Arena owner, Optional<String> weights)
            throws CheckpointException {
        if (TorchFile.recognises(file)) {
            return TorchCheckpoint.of(name, file, owner, weights);
        }
        try {
            requireNoChoice(name, weights);
        } catch (CheckpointException e) {
            owner.close();
            throw e;
        }
        return MindSporeCheckpoint.recognises(file)
                ? MindSporeCheckpoint.of(name, file, owner)
                : Safetensors.of(name, file, owner);
    }

    /** @throws CheckpointException if weights are chosen in a file that has one state dict */
    private static void requireNoChoice(String name, Optional<String> weights) throws CheckpointException {
        if (weights.isPresent()) {
            throw CheckpointException.withoutChoice(name, weights.get());
        }
    }
}
