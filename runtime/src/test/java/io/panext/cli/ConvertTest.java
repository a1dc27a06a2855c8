package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.ConvNeXt;
import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.DType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvertTest {

    private static final Path MODEL = Path.of("../model-zoo/src/main/resources/io/panext/zoo/models/"
            + ConvNeXt.EMBEDDED);

    @TempDir
    private Path folder;

    @Test
    void aConvertedModelSaysTheSame() throws IOException {
        Path converted = folder.resolve("model.safetensors");
        Files.copy(MODEL.resolve("config.json"), folder.resolve("config.json"));
        Invocation conversion = Invocation.of("convert", MODEL, converted, "--layout", "hf", "--dtype", "f32");
        assertEquals(0, conversion.status(), conversion.err());
        assertEquals("panext: warning: " + MODEL.resolve("model.safetensors") + ": not told by the new file, whose "
                + "readers assume otherwise unless a configuration says it: eps 1.0E-6 of the last norm\n",
                conversion.out() + conversion.err());
        try (Checkpoint checkpoint = Checkpoint.open(converted)) {
            assertEquals(DType.F32, checkpoint.info("convnextv2.encoder.stages.0.layers.0.dwconv.weight").dtype());
        }
        assertEquals(Invocation.of("classify", Invocation.CAT).out(),
                Invocation.of("classify", "-m", converted, Invocation.CAT).out());
    }

    @Test
    void anOutputThatReadersWouldTakeForAPickleIsRefused() {
        Path pickle = folder.resolve("model.pth");
        Invocation refused = Invocation.of("convert", MODEL, pickle);
        assertEquals(2, refused.status());
        assertTrue(refused.err().contains("model.pth: what is written here must end in .safetensors"), refused.err());
        assertFalse(Files.exists(pickle));
    }

    @Test
    void theWeightsOfATrainingCheckpointAreChosen() throws IOException {
        Path training = Path.of("../model-zoo/src/test/resources/io/panext/zoo/checkpoint/fb_v2_training.pth");
        Path raw = folder.resolve("raw.safetensors");
        Invocation conversion = Invocation.of("convert", training, raw, "--weights", "model");
        assertEquals(0, conversion.status(), conversion.err());
        assertTrue(conversion.err().contains("left out, being no tensors of the state dict: model_ema, optimizer"),
                conversion.err());
        String said = Invocation.of("classify", "-m", raw, Invocation.CAT).out();
        assertEquals(said, Invocation.of("classify", "-m", training, "--weights", "model", Invocation.CAT).out());
        for (List<Object> command : List.<List<Object>>of(List.of("convert", training, raw), List.of("inspect",
                training), List.of("classify", "-m", training, Invocation.CAT),
                List.of("run", "-m", training, "-i", raw, "-o", folder.resolve("out.safetensors")))) {
            Invocation unknown = Invocation.of(Stream.concat(command.stream(), Stream.of("--weights", "student"))
                    .toArray());
            assertEquals(1, unknown.status(), unknown.err());
            assertEquals("panext: " + training + ": has no weights 'student'; it has model, model_ema",
                    unknown.err().strip());
        }
    }

    @Test
    void theEmbeddedModelIsConvertedByItsName() throws IOException {
        Path named = folder.resolve("named.safetensors");
        Path filed = folder.resolve("filed.safetensors");
        Invocation conversion = Invocation.of("convert", ConvNeXt.EMBEDDED, named, "--layout", "fb");
        assertEquals("", conversion.out() + conversion.err());
        assertEquals(0, Invocation.of("convert", MODEL, filed, "--layout", "fb").status());
        assertEquals(-1, Files.mismatch(named, filed));
    }

    @Test
    void aMissingFileIsNamed() {
        Invocation missing = Invocation.of("convert", folder.resolve("missing"), folder.resolve("a"));
        assertEquals(1, missing.status());
        assertEquals("panext: " + folder.resolve("missing") + ": cannot be read: no such file", missing.err().strip());
    }

    /** 400 MB of fp32 in one tensor, where the heap and all direct buffers together have less than 100 MiB each. */
    @Test
    @Tag("soak")
    void aTensorLargerThanTheHeapIsConverted() throws IOException {
        int values = 100_000_000;
        byte[] header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}".formatted(values,
                4L * values).getBytes(StandardCharsets.UTF_8);
        Path large = folder.resolve("large.safetensors");
        try (FileChannel file = FileChannel.open(large, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(Long.BYTES + header.length).order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length).put(header).flip());
            file.write(ByteBuffer.wrap(new byte[] {0x3F}), Long.BYTES + header.length + 4L * values - 1);
        }
        Invocation conversion = Invocation.of("convert", large, folder.resolve("half.safetensors"), "--dtype", "bf16");
        assertEquals(0, conversion.status(), conversion.err());
        try (Checkpoint half = Checkpoint.open(folder.resolve("half.safetensors"))) {
            assertEquals(2L * values, half.bytes("w").byteSize());
            assertEquals(0x3F, half.bytes("w").get(ValueLayout.JAVA_BYTE, 2L * values - 1));
        }
    }
}
