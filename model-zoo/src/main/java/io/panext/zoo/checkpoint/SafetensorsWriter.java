package io.panext.zoo.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SequencedMap;

/** Writes fp32 tensors as a safetensors file that is either complete or not there. */
final class SafetensorsWriter {

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int HEADER_ALIGNMENT = 8;

    private SafetensorsWriter() {}

    static void write(Path target, SequencedMap<String, FloatTensor> tensors, Map<String, String> metadata)
            throws CheckpointException {
        if (tensors.containsKey(SafetensorsJson.METADATA)) {
            throw new IllegalArgumentException("no tensor can be called " + SafetensorsJson.METADATA);
        }
        byte[] header = header(target.toString(), tensors, metadata);
        CompleteFile.write(target, channel -> {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            CompleteFile.drain(length.putLong(header.length).flip(), channel);
            CompleteFile.drain(ByteBuffer.wrap(header), channel);
            for (FloatTensor tensor : tensors.values()) {
                CompleteFile.writeFloats(tensor.values(), channel);
            }
        });
    }

    /** Padded with spaces, so that the data begin at a multiple of eight bytes. */
    private static byte[] header(String file, SequencedMap<String, FloatTensor> tensors, Map<String, String> metadata)
            throws CheckpointException {
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
        try {
            byte[] json = JSON.writeValueAsBytes(header);
            byte[] padded = Arrays.copyOf(json, Math.ceilDiv(json.length, HEADER_ALIGNMENT) * HEADER_ALIGNMENT);
            Arrays.fill(padded, json.length, padded.length, (byte) ' ');
            return padded;
        } catch (JsonProcessingException e) {
            throw new CheckpointException(file, "cannot be written: " + e.getOriginalMessage(), e);
        }
    }
}
