package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.ConvNeXt;
import io.panext.Output;
import io.panext.Session;
import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.Safetensors;
import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {

    private static final int COUNT = 9;
    private static final int HEIGHT = 40;
    private static final int WIDTH = 32;
    private static final float[] IMAGES = SyntheticCheckpoint.images(COUNT, HEIGHT, WIDTH);

    @TempDir
    private Path folder;
    private Path input;
    private Path output;

    @BeforeEach
    void writeInput() throws CheckpointException {
        output = folder.resolve("out.safetensors");
        input = write("in", "input", List.of(COUNT, 3, HEIGHT, WIDTH), IMAGES);
    }

    private Path write(String file, String tensor, List<Integer> shape, float... values) throws CheckpointException {
        Path path = folder.resolve(file + ".safetensors");
        var tensors = new LinkedHashMap<>(Map.of(tensor, FloatTensor.of(shape, values)));
        Safetensors.write(path, tensors, Map.of());
        return path;
    }

    private Invocation run(Object model, Path images, Object... more) {
        Object[] args = {"run", "--model", model, "--input", images, "--output", output};
        Object[] all = new Object[args.length + more.length];
        System.arraycopy(args, 0, all, 0, args.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return Invocation.of(all);
    }

    @Test
    void fileToFileIsWhatASessionGives() throws IOException {
        Invocation run = run(ConvNeXt.EMBEDDED, input, "--arch", "convnextv2_atto", "--threads", 2);
        assertEquals(0, run.status(), run.err());
        assertEquals("", run.out() + run.err());
        Output expected;
        try (ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED);
                Session session = model.newSession(COUNT, HEIGHT, WIDTH)) {
            expected = session.run(MemorySegment.ofArray(IMAGES));
        }
        try (Checkpoint written = Checkpoint.open(output)) {
            assertEquals(List.of("logits", "pre_logits"), List.copyOf(written.tensors().keySet()));
            assertEquals(List.of(COUNT, 10), written.info("logits").shape());
            assertEquals(List.of(COUNT, 320), written.info("pre_logits").shape());
            assertArrayEquals(expected.logits(), written.floats("logits"), 1e-5f);
            assertArrayEquals(expected.features(), written.floats("pre_logits"), 1e-5f);
        }
    }

    @Test
    void unalignedInputIsReadAllTheSame() throws IOException {
        assertEquals(0, run(ConvNeXt.EMBEDDED, input).status());
        byte[] expected = Files.readAllBytes(output);
        byte[] content = Files.readAllBytes(input);
        // one more space at the end of the header moves the data to an odd address
        int header = content[0] & 0xFF;
        byte[] moved = new byte[content.length + 1];
        System.arraycopy(content, 0, moved, 0, 8 + header);
        moved[0]++;
        moved[8 + header] = ' ';
        System.arraycopy(content, 8 + header, moved, 9 + header, content.length - 8 - header);
        Invocation run = run(ConvNeXt.EMBEDDED, Files.write(folder.resolve("odd.safetensors"), moved));
        assertEquals(0, run.status(), run.err());
        assertArrayEquals(expected, Files.readAllBytes(output));
    }

    @Test
    void anotherArchitectureIsRefused() {
        String error = refused(run(ConvNeXt.EMBEDDED, input, "--arch", "convnext_tiny"));
        assertTrue(error.contains("convnextv2_atto") && error.contains("convnext_tiny"), error);
        Invocation typo = run(ConvNeXt.EMBEDDED, input, "--arch", "convnext_tini");
        assertEquals(2, typo.status());
        assertTrue(typo.err().contains("did you mean convnext_tiny?"), typo.err());
    }

    @Test
    void badInputIsNamed() throws IOException {
        assertTrue(refused(run(ConvNeXt.EMBEDDED, write("a", "other", List.of(1), 0))).contains("no tensor 'input'"));
        assertTrue(refused(run(ConvNeXt.EMBEDDED, write("b", "input", List.of(3), 1, 2, 3))).contains("[N, 3, H, W]"));
        assertTrue(
                refused(run(ConvNeXt.EMBEDDED, write("c", "input", List.of(0, 3, 32, 32)))).contains("[N, 3, H, W]"));
        assertTrue(refused(run(ConvNeXt.EMBEDDED, write("d", "input", List.of(1, 3, 16, 16), new float[768])))
                .contains("too small"));
        assertTrue(refused(run(ConvNeXt.EMBEDDED, folder.resolve("missing.safetensors"))).contains("no such file"));
    }

    @Test
    void anUnwritableOutputLeavesNothing() {
        output = folder.resolve("missing/out.safetensors");
        assertTrue(refused(run(ConvNeXt.EMBEDDED, input)).contains("cannot be written"));
    }

    @Test
    void anOutputOfAnotherFormatIsRefused() {
        output = folder.resolve("out.png");
        Invocation run = run(ConvNeXt.EMBEDDED, input);
        assertEquals(2, run.status());
        assertTrue(run.errLines().getFirst().contains("out.png: what is written here must end in .safetensors"),
                run.err());
    }

    private String refused(Invocation run) {
        assertEquals(1, run.status());
        assertEquals(1, run.errLines().size(), run.err());
        assertFalse(Files.exists(output));
        return run.err();
    }
}
