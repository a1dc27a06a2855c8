package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.Activation;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Generation;
import io.panext.zoo.Parameter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files as MindSpore 2 writes them, put together here byte by byte. */
class MindSporeCheckpointTest {

    private static final int MUTATIONS = 400;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void aModelOfMindCvIsTheSameAsAnyOther(Generation generation) throws IOException {
        ConvNeXtSpec spec = Fixtures.spec(generation);
        var file = new ByteArrayOutputStream();
        try (Checkpoint values = SyntheticCheckpoint.of(spec)) {
            spec.parameters().forEach(parameter -> file.writeBytes(value(mindCvKey(parameter.name()), "Float32",
                    parameter.name().contains(".grn.") ? List.of(1, 1, 1, parameter.size()) : parameter.shape(),
                    values.bytes(parameter.name()).toArray(ValueLayout.JAVA_BYTE))));
            try (ModelWeights weights = ModelWeights.of(open(file.toByteArray()))) {
                assertEquals(KeyLayout.MINDCV, weights.layout());
                assertEquals(spec.with(Activation.GELU_TANH), weights.spec());
                for (Parameter parameter : weights.parameters()) {
                    assertArrayEquals(values.floats(parameter.name()), parameter.values(), parameter.name());
                }
            }
        }
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

    @Test
    void slicesAreJoinedScalarsAndChecksumsUnderstood() throws IOException {
        byte[] file = join(value("w", "Float32", List.of(2, 2), floats(1, 2)),
                value("w", "Float32", List.of(2, 2), floats(3, 4)), value("step", "Int32", List.of(0), floats(0)),
                value("h", "Float16", List.of(2), new byte[] {0, 0x3C, 0, 0x40}),
                "crc_num1234567890".getBytes(StandardCharsets.US_ASCII));
        try (Checkpoint checkpoint = open(file)) {
            assertEquals(List.of("w", "step", "h"), List.copyOf(checkpoint.tensors().keySet()));
            assertArrayEquals(new float[] {1, 2, 3, 4}, checkpoint.floats("w"));
            assertEquals(new TensorInfo("step", DType.I32, List.of()), checkpoint.info("step"));
            assertArrayEquals(new float[] {1, 2}, checkpoint.floats("h"));
        }
    }

    @Test
    void whatIsWrongIsSaid() throws IOException {
        assertRefused("tensor w [3] has 8 bytes, not 12", value("w", "Float32", List.of(3), floats(1, 2)));
        assertRefused("tensor w has no known type", value("w", "Complex64", List.of(1), floats(1, 2)));
        assertRefused("two tensors are called w", value("w", "Float32", List.of(1), floats(1)),
                value("v", "Float32", List.of(1), floats(1)), value("w", "Float32", List.of(1), floats(1)));
        assertRefused("has more values than can be counted",
                value("w", "Float32", List.of(1 << 30, 1 << 30, 1 << 30), floats(1)));
        assertRefused("tensor w has too many dimensions", value("w", "Float32", List.of(1, 1, 1, 1, 1, 1, 1, 1, 1),
                floats(1)));
        byte[] whole = value("w", "Float32", List.of(2), floats(1, 2));
        assertRefused("a field that is longer than what is left", whole, Arrays.copyOf(whole, whole.length - 1));
        assertRefused("something other than a tensor called m", field(1, join(field(1, "m".getBytes(
                StandardCharsets.UTF_8)), field(3, new byte[0]))));
    }

    /** Whatever a file holds, opening it ends in a sound checkpoint or in one line that says what is wrong. */
    @Test
    void damageNeverGoesUnnoticedOrCrashes() throws IOException {
        byte[] sound = join(value("feature.0.0.weight", "Float32", List.of(2, 3), floats(1, 2, 3, 4, 5, 6)),
                value("feature.0.0.bias", "Float32", List.of(2), floats(7, 8)));
        Random random = new Random(1);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] damaged = Arrays.copyOf(sound, 1 + random.nextInt(sound.length));
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try (Checkpoint checkpoint = open(damaged)) {
                checkpoint.tensors().values().forEach(info -> assertEquals(info.byteSize(),
                        checkpoint.bytes(info.name()).byteSize()));
            } catch (CheckpointException e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
    }

    private void assertRefused(String problem, byte[]... parts) throws IOException {
        byte[] file = join(parts);
        String message = assertThrows(CheckpointException.class, () -> open(file).close()).getMessage();
        assertTrue(message.contains("is no sound MindSpore checkpoint: ") && message.contains(problem), message);
    }

    private Checkpoint open(byte[] file) throws IOException {
        return Checkpoint.open(Files.write(folder.resolve("model.ckpt"), file));
    }

    private static byte[] value(String name, String type, List<Integer> shape, byte[] content) {
        var tensor = new ByteArrayOutputStream();
        shape.forEach(dimension -> tensor.writeBytes(join(varint(1 << 3), varint(dimension))));
        tensor.writeBytes(field(2, type.getBytes(StandardCharsets.UTF_8)));
        tensor.writeBytes(field(3, content));
        return field(1, join(field(1, name.getBytes(StandardCharsets.UTF_8)), field(2, tensor.toByteArray())));
    }

    private static byte[] field(int number, byte[] content) {
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

    private static byte[] floats(float... values) {
        return Safetensors.FloatTensor.of(List.of(values.length), values).values().toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] join(byte[]... parts) {
        var joined = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(joined::writeBytes);
        return joined.toByteArray();
    }
}
