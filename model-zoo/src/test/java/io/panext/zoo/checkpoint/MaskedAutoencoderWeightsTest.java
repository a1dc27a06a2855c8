package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.DecoderSpec;
import io.panext.zoo.Head;
import io.panext.zoo.ParameterShape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MaskedAutoencoderWeightsTest {

    private static final ConvNeXtSpec ENCODER = ConvNeXtSpec.v2(List.of(1, 1, 2, 1), List.of(16, 32, 64, 128), 0)
            .with(new Head.Pooling());
    private static final DecoderSpec DECODER = new DecoderSpec(128, 32, 1, 32);

    @Test
    void sparseKernelsAreTheDenseOnesThatTheyWereTrainedAs() throws IOException {
        try (ModelWeights sparse = Fixtures.open("fb_fcmae_sparse.pth");
                ModelWeights dense = ModelWeights.of(SyntheticCheckpoint.of(tensors()))) {
            for (ModelWeights weights : List.of(sparse, dense)) {
                assertEquals(KeyLayout.FCMAE, weights.layout());
                assertEquals(ENCODER, weights.spec());
                assertEquals(Optional.of(DECODER), weights.decoder());
            }
            assertEquals(dense.parameters().size(), sparse.parameters().size());
            sparse.parameters().forEach(parameter -> {
                assertEquals(dense.parameter(parameter.name()).shape(), parameter.shape());
                assertArrayEquals(dense.parameter(parameter.name()).values(), parameter.values(), parameter.name());
            });
        }
    }

    @Test
    void bytesOfASparseKernelAreItsDenseValues() throws IOException {
        String key = "encoder.stages.0.0.dwconv.weight";
        try (ModelWeights weights = Fixtures.open("fb_fcmae_sparse.pth")) {
            Checkpoint checkpoint = weights.checkpoint();
            assertEquals(new TensorInfo(key, DType.F32, List.of(16, 1, 7, 7)), checkpoint.info(key));
            assertArrayEquals(checkpoint.floats(key), checkpoint.bytes(key).toArray(ValueLayout.JAVA_FLOAT));
        }
    }

    @ParameterizedTest
    @CsvSource({"encoder.stages.0.0.dwconv.weight, 16, 1, 7", "encoder.downsample_layers.1.1.weight, 32, 16, 2"})
    void aPartOfASparseKernelIsReadWithoutTheRest(String key, int out, int in, int edge) throws IOException {
        int perOutput = in * edge * edge;
        try (Checkpoint stored = Checkpoint.open(Fixtures.path("fb_fcmae_sparse.pth"))) {
            var counted = new Counted(stored);
            Checkpoint dense = MinkowskiCheckpoint.densified(counted);
            float[] whole = dense.floats(key);
            assertEquals(out * perOutput, whole.length);
            counted.values.set(0);
            for (int from : new int[] {0, 1, perOutput - 1, perOutput, 5 * perOutput + 3, whole.length - 2}) {
                for (int count : new int[] {0, 1, 2, perOutput + 1, 3 * perOutput}) {
                    if (from + count <= whole.length) {
                        float[] part = new float[count + 1];
                        dense.read(key, from, part, count);
                        assertArrayEquals(Arrays.copyOfRange(whole, from, from + count), Arrays.copyOf(part, count));
                        assertEquals(0, part[count]);
                        assertTrue(counted.values.getAndSet(0) <= count + 2L * perOutput);
                    }
                }
            }
            assertThrows(IndexOutOfBoundsException.class, () -> dense.read(key, whole.length - 1, new float[2], 2));
            assertThrows(IndexOutOfBoundsException.class, () -> dense.read(key, -1, new float[2], 2));
        }
    }

    /** A checkpoint of which it is known how many values have been read. */
    private record Counted(Checkpoint base, AtomicLong values) implements Checkpoint {

        Counted(Checkpoint base) {
            this(base, new AtomicLong());
        }

        @Override
        public String name() {
            return base.name();
        }

        @Override
        public SequencedMap<String, TensorInfo> tensors() {
            return base.tensors();
        }

        @Override
        public MemorySegment bytes(String tensor) {
            return base.bytes(tensor);
        }

        @Override
        public void read(String tensor, long from, float[] dst, int count) {
            values.addAndGet(count);
            base.read(tensor, from, dst, count);
        }

        @Override
        public void close() {}
    }

    @Test
    void whatTheFileSaysIsPassedOn(@TempDir Path folder) throws IOException {
        byte[] file = Files.readAllBytes(Fixtures.path("fb_fcmae_sparse.pth"));
        file[file.length / 2] ^= 1;
        Path damaged = Files.write(folder.resolve("damaged.pth"), file);
        try (Checkpoint stored = Checkpoint.open(damaged);
                Checkpoint dense = MinkowskiCheckpoint.densified(stored)) {
            assertEquals(1, dense.warnings().size());
            assertTrue(dense.warnings().getFirst().contains("its checksums are wrong"), dense.warnings()::toString);
            assertNotEquals(List.of(), dense.omitted());
            assertEquals(stored.omitted(), dense.omitted());
        }
    }

    @Test
    void publishedEncodersHaveNeitherNormNorHeadNorDecoder() throws IOException {
        try (ModelWeights weights = ModelWeights.of(Fixtures.facebookResearch(ENCODER))) {
            assertEquals(KeyLayout.FACEBOOKRESEARCH, weights.layout());
            assertEquals(ENCODER, weights.spec());
            assertEquals(Optional.empty(), weights.decoder());
        }
    }

    @Test
    void decodersHaveAsManyParametersAsTheirPaperSays() {
        for (Object[] known : new Object[][] {{320, 3_871_232L}, {768, 4_100_608L}, {2816, 5_149_184L}}) {
            var decoder = new DecoderSpec((int) known[0], 512, 1, 32);
            assertEquals(known[1], decoder.parameters().stream().mapToLong(ParameterShape::size).sum());
        }
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                arguments(named("mask_token"), "1 missing (decoder.mask_token)"),
                arguments(named("proj.weight"), "its decoder has no tensor decoder.proj.weight"),
                arguments(named("pred.bias"), "1 missing (decoder.pred.bias)"),
                arguments(info -> info.name().startsWith("decoder.") ? List.of() : List.of(info),
                        "its decoder has no blocks"),
                arguments(shaped("mask_token", 1, 33, 1, 1), "tensor mask_token has shape [1, 33, 1, 1]"),
                arguments(shaped("pred.weight", 48, 32, 1, 1), "tensor pred.weight has shape [48, 32, 1, 1]"),
                arguments(kernel("encoder.stages.0.0.dwconv", 48, 16), "a sparse kernel is [K*K, in, out]"),
                arguments(kernel("encoder.stages.0.0.dwconv"), "a sparse kernel is [K*K, in, out]"),
                arguments(kernel("encoder.stages.2.1.dwconv", 9, 64), "dwconv.weight has shape [64, 1, 3, 3]"),
                arguments(info -> info.name().equals("mask_token")
                        ? List.of(info, new TensorInfo("pred.kernel", DType.F32, List.of(1, 3)))
                        : List.of(info), "has two tensors pred.weight"));
    }

    @ParameterizedTest
    @MethodSource("damages")
    void whatIsIncompleteIsRefused(Function<TensorInfo, List<TensorInfo>> damage, String expected) {
        var checkpoint = SyntheticCheckpoint.of(tensors().stream().flatMap(info -> damage.apply(info).stream())
                .toList());
        var refused = assertThrows(CheckpointException.class, () -> ModelWeights.of(checkpoint));
        assertTrue(refused.getMessage().contains(expected), refused::getMessage);
    }

    private static Arguments arguments(Function<TensorInfo, List<TensorInfo>> damage, String expected) {
        return Arguments.of(damage, expected);
    }

    private static Function<TensorInfo, List<TensorInfo>> named(String missing) {
        return info -> info.name().equals(missing) ? List.of() : List.of(info);
    }

    private static Function<TensorInfo, List<TensorInfo>> shaped(String name, Integer... shape) {
        return info -> List.of(info.name().equals(name) ? new TensorInfo(name, DType.F32, List.of(shape)) : info);
    }

    private static Function<TensorInfo, List<TensorInfo>> kernel(String layer, Integer... shape) {
        return info -> List.of(info.name().equals(layer + ".weight")
                ? new TensorInfo(layer + ".kernel", DType.F32, List.of(shape))
                : info);
    }

    /** A training checkpoint with dense kernels, as the golden files name its tensors. */
    private static List<TensorInfo> tensors() {
        var tensors = new ArrayList<TensorInfo>();
        for (ParameterShape parameter : ENCODER.parameters()) {
            tensors.add(new TensorInfo("encoder." + Fixtures.facebookResearchKey(parameter.name()), DType.F32,
                    parameter.shape()));
        }
        for (ParameterShape parameter : DECODER.parameters()) {
            tensors.add(new TensorInfo(Fixtures.facebookResearchKey(parameter.name())
                    .replaceFirst("^decoder\\.(proj|pred|mask_token)", "$1"), DType.F32, parameter.shape()));
        }
        return tensors;
    }
}
