package io.panext.zoo.checkpoint;

import static io.panext.zoo.checkpoint.MindSporeFile.field;
import static io.panext.zoo.checkpoint.MindSporeFile.floats;
import static io.panext.zoo.checkpoint.MindSporeFile.join;
import static io.panext.zoo.checkpoint.MindSporeFile.value;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.Activation;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Generation;
import io.panext.zoo.Parameter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files as MindSpore 2 writes them. */
class MindSporeCheckpointTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void aModelOfMindCvIsTheSameAsAnyOther(Generation generation) throws IOException {
        ConvNeXtSpec spec = Fixtures.spec(generation);
        try (Checkpoint values = SyntheticCheckpoint.of(spec);
                ModelWeights weights = ModelWeights.of(open(MindSporeFile.model(spec)))) {
            assertEquals(KeyLayout.MINDCV, weights.layout());
            assertEquals(spec.with(Activation.GELU_TANH), weights.spec());
            for (Parameter parameter : weights.parameters()) {
                assertArrayEquals(values.floats(parameter.name()), parameter.values(), parameter.name());
            }
        }
    }

    @Test
    void slicesAreJoinedScalarsAndChecksumsUnderstood() throws IOException {
        try (Checkpoint checkpoint = open(MindSporeFile.sliced())) {
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

    private void assertRefused(String problem, byte[]... parts) throws IOException {
        byte[] file = join(parts);
        String message = assertThrows(CheckpointException.class, () -> open(file).close()).getMessage();
        assertTrue(message.contains("is no sound MindSpore checkpoint: ") && message.contains(problem), message);
    }

    private Checkpoint open(byte[] file) throws IOException {
        return Checkpoint.open(Files.write(folder.resolve("model.ckpt"), file));
    }
}
