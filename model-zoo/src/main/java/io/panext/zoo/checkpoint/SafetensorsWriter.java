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
import java.util.Map;
import java.util.SequencedMap;
import java.util.UUID;

/** Writes fp32 tensors as a safetensors file that is either complete or not there. */
final class SafetensorsWriter {

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int HEADER_ALIGNMENT = 8;
    private static final int CHUNK_BYTES = 1 << 20;

    private SafetensorsWriter() {}

    static void write(Path target, SequencedMap<String, FloatTensor> tensors, Map<String, String> metadata)
            throws CheckpointException {
        if (tensors.containsKey(SafetensorsJson.METADATA)) {
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
                writeAll(partial, tensors, metadata);
                Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            throw CheckpointException.refused(name, "cannot be written", e);
        }
    }

    private static void writeAll(Path file, SequencedMap<String, FloatTensor> tensors, Map<String, String> metadata)
            throws IOException {
        byte[] header = header(tensors, metadata);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            chunk.putLong(header.length);
            drain(chunk.flip(), channel);
            drain(ByteBuffer.wrap(header), channel);
            for (FloatTensor tensor : tensors.values()) {
                writeValues(tensor.values(), chunk, channel);
            }
            channel.force(true);
        }
    }

    private static void writeValues(MemorySegment values, ByteBuffer chunk, FileChannel channel) throws IOException {
        MemorySegment staging = MemorySegment.ofBuffer(chunk.clear());
        for (long written = 0; written < values.byteSize(); written += chunk.limit()) {
            int length = (int) Math.min(CHUNK_BYTES, values.byteSize() - written);
            MemorySegment.copy(values, ValueLayout.JAVA_FLOAT_UNALIGNED, written, staging, DType.FLOAT, 0,
                    length / Float.BYTES);
            drain(chunk.clear().limit(length), channel);
        }
    }

    private static void drain(ByteBuffer bytes, FileChannel channel) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Padded with spaces, so that the data begin at a multiple of eight bytes. */
    private static byte[] header(SequencedMap<String, FloatTensor> tensors, Map<String, String> metadata)
            throws IOException {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            header.set(SafetensorsJson.METADATA, JSON.valueToTree(metadata));
        }
        long begin = 0;
        for (var tensor : tensors.entrySet()) {
            long end = begin + tensor.getValue().values().byteSize();
            ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", DType.F32.name());
            tensor.getValue().shape().forEach(entry.putArray("shape")::add);
            entry.putArray("data_offsets").add(begin).add(end);
            begin = end;
        }
        byte[] json = JSON.writeValueAsBytes(header);
        byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, HEADER_ALIGNMENT) * HEADER_ALIGNMENT);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }
}
