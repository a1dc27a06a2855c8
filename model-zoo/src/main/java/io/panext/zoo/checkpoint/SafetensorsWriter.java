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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Writes tensors as a safetensors file that is either complete or not there; of their values it holds little at a time. */
final class SafetensorsWriter {

    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final int HEADER_ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /**
     * A tensor to be written.
     *
     * @param info   as it will be found in the file
     * @param values opened when the tensor's turn comes
     */
    record Tensor(TensorInfo info, Supplier<Values> values) {

        static Tensor of(String name, FloatTensor tensor) {
            return new Tensor(new TensorInfo(name, DType.F32, tensor.shape()), () -> Values
                    .of(tensor.values()));
        }
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
        byte[] header = header(target.toString(), tensors, metadata);
        CompleteFile.write(target, channel -> {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            CompleteFile.drain(length.putLong(header.length).flip(), channel);
            CompleteFile.drain(ByteBuffer.wrap(header), channel);
            for (Tensor tensor : tensors) {
                tensor.values.get().writeTo(channel, tensor.info.byteSize());
                written.accept(tensor.info);
            }
        });
    }

    /** With metadata in one order, whatever the map's, and padded so that the data begin at a multiple of eight bytes. */
    private static byte[] header(String file, List<Tensor> tensors, Map<String, String> metadata)
            throws CheckpointException {
        ObjectNode header = JSON.createObjectNode();
        if (!metadata.isEmpty()) {
            header.set(SafetensorsJson.METADATA, JSON.valueToTree(new TreeMap<>(metadata)));
        }
        long begin = 0;
        for (Tensor tensor : tensors) {
            long end = begin + tensor.info.byteSize();
            ObjectNode entry = header.putObject(tensor.info.name()).put("dtype", tensor.info.dtype().name());
            tensor.info.shape().forEach(entry.putArray("shape")::add);
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
