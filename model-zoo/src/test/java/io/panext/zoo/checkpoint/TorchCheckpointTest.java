package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

class TorchCheckpointTest {

    private static final Map<String, byte[]> STORAGES = Map.of("data/0", floats(1, 2, 3, 4, 5, 6), "data/1", floats(7,
            8));
    private static final String SIX = Pickles.tensor("0", 6);
    private static final String TWO = Pickles.tensor("1", 2);

    @Test
    void opensSparseCheckpoints() throws IOException {
        try (Checkpoint fcmae = Checkpoint.open(Fixtures.path("fb_fcmae_sparse.pth"))) {
            assertEquals(new TensorInfo("encoder.stages.0.0.dwconv.kernel", DType.F32, List.of(49, 16)),
                    fcmae.info("encoder.stages.0.0.dwconv.kernel"));
            assertTrue(fcmae.tensors().containsKey("mask_token"));
            assertTrue(fcmae.metadata().isEmpty());
        }
    }

    @Test
    void keepsTheOrderOfTheStateDict() throws IOException {
        try (Checkpoint checkpoint = open(Pickles.dict(Pickles.text("z"), SIX, Pickles.text("a"), TWO))) {
            assertEquals(List.of("z", "a"), List.copyOf(checkpoint.tensors().keySet()));
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, checkpoint.floats("z"));
            assertTrue(checkpoint.bytes("a").isReadOnly());
        }
    }

    @Test
    void prefersAveragedWeights() throws IOException {
        String plain = Pickles.dict(Pickles.text("x"), SIX);
        String averaged = Pickles.dict(Pickles.text("x"), TWO);
        String training = Pickles.dict(Pickles.text("model"), plain, Pickles.text("model_ema"), averaged);
        try (Checkpoint checkpoint = open(training)) {
            assertArrayEquals(new float[] {7, 8}, checkpoint.floats("x"));
        }
        String without = Pickles.dict(Pickles.text("model_ema"), Pickles.NONE, Pickles.text("model"), plain);
        try (Checkpoint checkpoint = open(Pickles.dict(Pickles.text("module"), without))) {
            assertEquals(6, checkpoint.floats("x").length);
        }
    }

    @Test
    void anyWeightsOfATrainingCheckpointCanBeChosen() throws IOException {
        String training = Pickles.dict(Pickles.text("model"), Pickles.dict(Pickles.text("x"), SIX),
                Pickles.text("teacher"), Pickles.dict(Pickles.text("module"), Pickles.dict(Pickles.text("x"), TWO)),
                Pickles.text("model_ema"), Pickles.dict(Pickles.text("x"), TWO),
                Pickles.text("optimizer"), Pickles.dict(Pickles.text("state"), "}"));
        try (Checkpoint checkpoint = open(training, "model")) {
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, checkpoint.floats("x"));
            assertEquals(List.of("teacher", "model_ema", "optimizer"), checkpoint.omitted());
        }
        try (Checkpoint checkpoint = open(training, "teacher")) {
            assertArrayEquals(new float[] {7, 8}, checkpoint.floats("x"));
        }
        var unknown = assertThrows(CheckpointException.class, () -> open(training, "optimizer"));
        assertEquals("hand-made.pth: has no weights 'optimizer'; it has model, teacher, model_ema",
                unknown.getMessage());
        var bare = assertThrows(CheckpointException.class, () -> open(Pickles.dict(Pickles.text("x"), SIX), "model"));
        assertEquals("hand-made.pth: holds no choice of weights, and so no 'model'", bare.getMessage());
    }

    @Test
    void filesOfOneStateDictHaveNoChoice() {
        for (String file : List.of("timm_v1.safetensors", "hf_v1", "torchvision_v1.pth")) {
            var refused = assertThrows(CheckpointException.class, () -> Checkpoint.open(Fixtures.path(file), Optional
                    .of("model")));
            assertTrue(refused.getMessage().endsWith(": holds no choice of weights, and so no 'model'"),
                    refused.getMessage());
        }
        var embedded = assertThrows(CheckpointException.class,
                () -> PretrainedModel.open(PretrainedModel.EMBEDDED, Optional.empty(), Optional.of("model")));
        assertTrue(embedded.getMessage().contains("holds no choice of weights"), embedded.getMessage());
    }

    @Test
    void gathersTensorsThatAreStoredInAnotherOrder() throws IOException {
        String storage = Pickles.storage("FloatStorage", "0", 6);
        String transposed = Pickles.tensor(storage, 0, Pickles.shape(2, 3), Pickles.shape(1, 2));
        String column = Pickles.tensor(storage, 1, Pickles.shape(3, 1), Pickles.shape(2, 9));
        String parameter = Pickles.call(Pickles.global("torch._utils", "_rebuild_parameter"), column, Pickles.FALSE,
                Pickles.NONE);
        String empty = Pickles.tensor(storage, 6, Pickles.shape(0, 3), Pickles.shape(5, 7));
        try (Checkpoint checkpoint = open(Pickles.dict(Pickles.text("transposed"), transposed, Pickles.text("column"),
                parameter, Pickles.text("empty"), empty))) {
            assertArrayEquals(new float[] {1, 3, 5, 2, 4, 6}, checkpoint.floats("transposed"));
            assertArrayEquals(new float[] {2, 4, 6}, checkpoint.floats("column"));
            float[] part = new float[3];
            checkpoint.read("transposed", 2, part, 3);
            assertArrayEquals(new float[] {5, 2, 4}, part);
            assertThrows(IndexOutOfBoundsException.class, () -> checkpoint.read("transposed", 4, part, 3));
            assertEquals(List.of(0, 3), checkpoint.info("empty").shape());
            assertEquals(0, checkpoint.floats("empty").length);
        }
    }

    @Test
    void namesTypesAsSafetensorsDoes() throws IOException {
        String pickle = Pickles.dict(
                Pickles.text("half"), Pickles.tensor(Pickles.storage("HalfStorage", "0", 12), 0, Pickles.shape(12),
                        Pickles.shape(1)),
                Pickles.text("step"), Pickles.tensor(Pickles.storage("LongStorage", "1", 1), 0, Pickles.shape(),
                        Pickles.shape()),
                Pickles.text("quantised"), Pickles.tensor(Pickles.storage("QInt8Storage", "2", 1), 0, Pickles.shape(),
                        Pickles.shape()));
        try (Checkpoint checkpoint = open(pickle)) {
            assertEquals(List.of(new TensorInfo("half", DType.F16, List.of(12)), new TensorInfo("step", DType.I64,
                    List.of())), List.copyOf(checkpoint.tensors().values()));
        }
    }

    @Test
    void unpacksArchivesThatSomebodyCompressed() throws IOException {
        byte[] zip = Pickles.zip(ZipEntry.DEFLATED, Pickles.dict(Pickles.text("x"), SIX), STORAGES);
        try (Checkpoint checkpoint = Pickles.open(zip)) {
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, checkpoint.floats("x"));
        }
    }

    @Test
    void readsNewerProtocols() throws IOException {
        String frame = "\u0080\u0004\u0095" + "\0".repeat(8);
        try (Checkpoint checkpoint = open(frame + "}\u0094(\u008c\1x\u0094" + SIX
                + "\u008c\1y\u008c\2os\u008c\6system\u0093)}\u0092u")) {
            assertEquals(List.of("x"), List.copyOf(checkpoint.tensors().keySet()));
        }
    }

    @Test
    void callsNothing() throws IOException {
        String call = Pickles.call(Pickles.global("os", "system"), Pickles.text("exit 1"));
        String exception = Pickles.call(Pickles.global("builtins", "ValueError"), Pickles.text("x"));
        String decimal = Pickles.call(Pickles.global("decimal", "Decimal"), Pickles.text("1e999999999"));
        String state = Pickles.call(Pickles.global("argparse", "Namespace")) + Pickles.dict(Pickles.text("lr"), Pickles
                .number(1)) + "b";
        try (Checkpoint checkpoint = open(Pickles.dict(Pickles.text("a"), call, Pickles.text("b"), exception, Pickles
                .text("c"), decimal, Pickles.text("d"), state, Pickles.text("x"), SIX))) {
            assertEquals(List.of("x"), List.copyOf(checkpoint.tensors().keySet()));
        }
        var refused = assertThrows(CheckpointException.class, () -> open(call));
        assertEquals("hand-made.pth: holds Python's os.system, not a state dict", refused.getMessage());
    }

    @Test
    void saysWhatItFoundInsteadOfAStateDict() {
        String module = Pickles.global("models.convnext", "ConvNeXt") + ")\u0081";
        assertRefused(module, "holds Python's models.convnext.ConvNeXt, not a state dict");
        assertRefused(Pickles.dict(Pickles.text("model"), module, Pickles.text("epoch"), Pickles.number(3)),
                "holds no state dict; it has model (Python's models.convnext.ConvNeXt), epoch (a plain value)");
        assertRefused("}", "holds no state dict; it has nothing");
        assertRefused(Pickles.NONE, "holds None, not a state dict");
    }

    @Test
    void releasesItsMemoryOnce() throws IOException {
        Arena arena = Arena.ofShared();
        MemorySegment file = arena.allocateFrom(ValueLayout.JAVA_BYTE, Pickles.archive(Pickles.dict(Pickles.text("x"),
                SIX), STORAGES));
        Checkpoint checkpoint = TorchCheckpoint.of("owned", file, arena, Optional.empty());
        checkpoint.close();
        checkpoint.close();
        assertFalse(arena.scope().isAlive());
        Arena refused = Arena.ofShared();
        assertThrows(CheckpointException.class,
                () -> TorchCheckpoint.of("refused", refused.allocate(100), refused, Optional.empty()));
        assertFalse(refused.scope().isAlive());
    }

    private static Checkpoint open(String pickle) throws IOException {
        return Pickles.open(Pickles.archive(pickle, STORAGES));
    }

    private static Checkpoint open(String pickle, String weights) throws IOException {
        Arena arena = Arena.ofShared();
        return TorchCheckpoint.of("hand-made.pth", arena.allocateFrom(ValueLayout.JAVA_BYTE, Pickles.archive(pickle,
                STORAGES)), arena, Optional.of(weights));
    }

    private static void assertRefused(String pickle, String expected) {
        var refused = assertThrows(CheckpointException.class, () -> open(pickle));
        assertEquals("hand-made.pth: " + expected, refused.getMessage());
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
