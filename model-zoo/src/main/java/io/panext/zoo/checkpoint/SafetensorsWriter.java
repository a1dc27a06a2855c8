package io.panext.zoo.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Writes tensors as a safetensors file that is either complete or not there; of their values it holds little at a time. */
final class SafetensorsWriter {

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int HEADER_ALIGNMENT = 8;
    private static final int CHUNK_BYTES = 1 << 20;

    private SafetensorsWriter() {}

    /**
     * A tensor to be written.
     *
     * @param info   as it will be found in the file
     * @param values opened when the tensor's turn comes
     */
    record Tensor(TensorInfo info, Supplier<Values> values) {

        static Tensor of(String name, FloatTensor tensor) {
            return new Tensor(new TensorInfo(name, DType.F32, tensor.shape()), () -> (position, chunk) -> MemorySegment
                    .copy(tensor.values(), ValueLayout.JAVA_FLOAT_UNALIGNED, position, chunk, DType.FLOAT, 0,
                            chunk.byteSize() / Float.BYTES));
        }
    }

    /** Where a tensor's values come from, a piece at a time. */
    @FunctionalInterface
    interface Values {

        /**
         * Fills a piece.
         *
         * @param position its first byte's place among the tensor's bytes
         * @param chunk    to be filled with whole values, little-endian
         * @throws CheckpointException if the values cannot be had
         */
        void read(long position, MemorySegment chunk) throws CheckpointException;
    }

    /**
     * Writes a file.
     *
     * @param written told of each tensor that has been written
     */
    static void write(Path target, List<Tensor> tensors, Map<String, String> metadata, Consumer<TensorInfo> written)
            throws CheckpointException {
        if (tensors.stream().anyMatch(tensor -> tensor.info.name().equals(SafetensorsJson.METADATA))) {
            throw new IllegalArgumentException("no tensor can be called " + SafetensorsJson.METADATA);
        }
        String name = target.toString();
        if (Files.isDirectory(target)) {
            throw new CheckpointException(name, "cannot be written: is a directory");
        }
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new CheckpointException(name, "cannot be written: there is no folder " + folder);
        }
        Path partial = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".partial");
        try {
            try {
                writeAll(partial, tensors, metadata, written);
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (CheckpointException e) {
            throw e;
        } catch (IOException e) {
            throw CheckpointException.refused(name, "cannot be written", e);
        }
    }

    private static void writeAll(Path file, List<Tensor> tensors, Map<String, String> metadata,
            Consumer<TensorInfo> written) throws IOException {
        byte[] header = header(tensors, metadata);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            chunk.putLong(header.length);
            drain(chunk.flip(), channel);
            drain(ByteBuffer.wrap(header), channel);
            for (Tensor tensor : tensors) {
                writeValues(tensor, chunk, channel);
                written.accept(tensor.info);
            }
            channel.force(true);
        }
    }

    private static void writeValues(Tensor tensor, ByteBuffer chunk, FileChannel channel) throws IOException {
        MemorySegment staging = MemorySegment.ofBuffer(chunk.clear());
        Values values = tensor.values.get();
        long size = tensor.info.byteSize();
        for (long position = 0; position < size; position += chunk.limit()) {
            int length = (int) Math.min(CHUNK_BYTES, size - position);
            values.read(position, staging.asSlice(0, length));
            drain(chunk.clear().limit(length), channel);
        }
    }

    private static void drain(ByteBuffer bytes, FileChannel channel) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Padded with spaces, so that the data begin at a multiple of eight bytes. */
    private static byte[] header(List<Tensor> tensors, Map<String, String> metadata) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            header.set(SafetensorsJson.METADATA, JSON.valueToTree(metadata));
        }
        long begin = 0;
        for (Tensor tensor : tensors) {
            long end = begin + tensor.info.byteSize();
            ObjectNode entry = header.putObject(tensor.info.name()).put("dtype", tensor.info.dtype().name());
            tensor.info.shape().forEach(entry.putArray("shape")::add);
            entry.putArray("data_offsets").add(begin).add(end);
            begin = end;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, HEADER_ALIGNMENT) * HEADER_ALIGNMENT);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }
}
