package io.panext.zoo.checkpoint;

import io.panext.zoo.ConvNeXtSpec;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Files as MindSpore 2 writes them, put together byte by byte. */
final class MindSporeFile {

    private MindSporeFile() {}

    /** Returns a model of MindCV with the values of {@link SyntheticCheckpoint}. */
    static byte[] model(ConvNeXtSpec spec) {
        var file = new ByteArrayOutputStream();
        try (Checkpoint values = SyntheticCheckpoint.of(spec)) {
            spec.parameters().forEach(parameter -> file.writeBytes(value(mindCvKey(parameter.name()), "Float32",
                    parameter.name().contains(".grn.") ? List.of(1, 1, 1, parameter.size()) : parameter.shape(),
                    values.bytes(parameter.name()).toArray(ValueLayout.JAVA_BYTE))));
        }
        return file.toByteArray();
    }

    private static String mindCvKey(String canonical) {
        String key = canonical.replaceFirst("^stem\\.", "feature.0.").replaceFirst("^head\\.norm\\.", "norm.")
                .replaceFirst("^head\\.fc\\.", "classifier.").replace("conv_dw", "dwconv").replace("mlp.fc", "pwconv")
                .replace("mlp.grn.weight", "grn.gamma").replace("mlp.grn.bias", "grn.beta")
                .replaceFirst("\\.(\\d)\\.gamma$", ".$1.gamma_");
        for (int stage = 0; stage < 4; stage++) {
            key = key.replace("stages." + stage + ".downsample.", "feature." + 2 * stage + ".")
                    .replace("stages." + stage + ".blocks.", "feature." + (2 * stage + 1) + ".");
        }
        return key.matches("(feature\\.0\\.1|feature\\.[246]\\.0|.*norm)\\.(weight|bias)")
                ? key.replace("weight", "gamma").replace("bias", "beta")
                : key;
    }

    /** Returns a tensor {@code w} of 1 to 4 in two slices, a scalar {@code step}, 1 and 2 as fp16 {@code h}, a checksum. */
    static byte[] sliced() {
        return join(value("w", "Float32", List.of(2, 2), floats(1, 2)),
                value("w", "Float32", List.of(2, 2), floats(3, 4)), value("step", "Int32", List.of(0), floats(0)),
                value("h", "Float16", List.of(2), new byte[] {0, 0x3C, 0, 0x40}),
                "crc_num1234567890".getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns one field of a file: a tensor, or a slice of one. */
    static byte[] value(String name, String type, List<Integer> shape, byte[] content) {
        var tensor = new ByteArrayOutputStream();
        shape.forEach(dimension -> tensor.writeBytes(join(varint(1 << 3), varint(dimension))));
        tensor.writeBytes(field(2, type.getBytes(StandardCharsets.UTF_8)));
        tensor.writeBytes(field(3, content));
        return field(1, join(field(1, name.getBytes(StandardCharsets.UTF_8)), field(2, tensor.toByteArray())));
    }

    static byte[] field(int number, byte[] content) {
        return join(varint((number << 3) | 2), varint(content.length), content);
    }

    private static byte[] varint(long value) {
        var bytes = new ByteArrayOutputStream();
        long rest = value;
        for (; rest > 0x7F; rest >>>= 7) {
            bytes.write(((int) rest & 0x7F) | 0x80);
        }
        bytes.write((int) rest);
        return bytes.toByteArray();
    }

    static byte[] floats(float... values) {
        return Safetensors.FloatTensor.of(List.of(values.length), values).values().toArray(ValueLayout.JAVA_BYTE);
    }

    static byte[] join(byte[]... parts) {
        var joined = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(joined::writeBytes);
        return joined.toByteArray();
    }
}
