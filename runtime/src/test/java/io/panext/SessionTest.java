package io.panext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.arena.ArenaExhaustedException;
import io.panext.arena.TensorArena;
import io.panext.compile.Plan;
import io.panext.compile.Program;
import io.panext.image.ImageDecoder;
import io.panext.image.RgbImage;
import io.panext.zoo.Activation;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Generation;
import io.panext.zoo.Head;
import io.panext.zoo.Norm;
import io.panext.zoo.Stem;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("models")
class SessionTest {

    /** Folds and fusion change the order of fp32 roundings, nothing else. */
    private static final float TOLERANCE = 2e-5f;

    private static final Path CAT = Path.of("../model-zoo/samples/chelsea.png");

    private static final List<ConvNeXtSpec> SPECS = List.of(
            ConvNeXtSpec.v1(List.of(1, 1, 2, 1), List.of(16, 32, 64, 128), 10),
            ConvNeXtSpec.v2(List.of(1, 2, 1, 1), List.of(24, 40, 56, 88), 17),
            ConvNeXtSpec.v2(List.of(1, 1, 1, 1), List.of(5, 7, 11, 13), 3),
            ConvNeXtSpec.v1(List.of(2, 1), List.of(20, 36), 0),
            new ConvNeXtSpec(Generation.V1, new Stem.ActivatedOverlap(12), List.of(1, 2, 1), List.of(16, 24, 40),
                    List.of(7, 5, 3), true, new Norm(Norm.Kind.SIMPLE_NORM, 1e-6), Activation.SILU,
                    new Head.Mlp(new Norm(Norm.Kind.RMS_NORM, 1e-6), 21, 9)),
            new ConvNeXtSpec(Generation.V2, new Stem.Overlap(10), List.of(1, 1), List.of(24, 40), List.of(9, 7), true,
                    new Norm(Norm.Kind.LAYER_NORM, 1e-5), Activation.GELU_TANH, new Head.NormFirst(Norm.DEFAULT, 5)),
            new ConvNeXtSpec(Generation.V1, new Stem.BarePatch(16), List.of(2), List.of(33), List.of(7), false,
                    Norm.DEFAULT, Activation.GELU, new Head.PoolFirst(Norm.DEFAULT, 4)));

    static Stream<Arguments> shapes() {
        int[][] sizes = {{1, 32, 32}, {2, 33, 63}, {1, 64, 96}, {3, 47, 129}, {1, 225, 40}};
        return SPECS.stream().flatMap(spec -> Arrays.stream(sizes)
                .map(size -> Arguments.of(spec, size[0], size[1], size[2])));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void foldedAndFusedPlansComputeWhatThePapersWrite(ConvNeXtSpec spec, int batch, int height, int width)
            throws IOException {
        Output plain = run(spec, Options.DEFAULT.withThreads(1).withCompiler(Program.Options.PLAIN), batch, height,
                width);
        Output fast = run(spec, Options.DEFAULT.withThreads(1), batch, height, width);
        assertArrayEquals(plain.features(), fast.features(), TOLERANCE);
        assertArrayEquals(plain.logits(), fast.logits(), TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everyNumberOfThreadsGivesTheSameBits(ConvNeXtSpec spec, int batch, int height, int width)
            throws IOException {
        Output one = run(spec, Options.DEFAULT.withThreads(1), batch, height, width);
        for (int threads : new int[] {2, 3, 8}) {
            Output many = run(spec, Options.DEFAULT.withThreads(threads), batch, height, width);
            assertArrayEquals(one.features(), many.features());
            assertArrayEquals(one.logits(), many.logits());
        }
    }

    @Test
    void anImageHasTheSameResultAloneAndInABatch() throws IOException {
        ConvNeXtSpec spec = SPECS.get(1);
        float[] three = SyntheticCheckpoint.images(3, 50, 70);
        try (ConvNeXt model = model(spec, Options.DEFAULT)) {
            float[] together = run(model, three, 3, 50, 70).logits();
            for (int image = 0; image < 3; image++) {
                int values = three.length / 3;
                float[] one = Arrays.copyOfRange(three, image * values, (image + 1) * values);
                assertArrayEquals(run(model, one, 1, 50, 70).logits(),
                        Arrays.copyOfRange(together, image * 17, (image + 1) * 17));
            }
        }
    }

    @Test
    void sessionsOfOneModelRunAtOnce() throws Exception {
        try (ConvNeXt model = model(SPECS.get(0), Options.DEFAULT.withThreads(2))) {
            float[] expected = run(model, SyntheticCheckpoint.images(1, 64, 64), 1, 64, 64).logits();
            Callable<Void> work = () -> {
                for (int i = 0; i < 20; i++) {
                    assertArrayEquals(expected, run(model, SyntheticCheckpoint.images(1, 64, 64), 1, 64, 64).logits());
                }
                return null;
            };
            try (var pool = Executors.newFixedThreadPool(4)) {
                for (var result : pool.invokeAll(List.of(work, work, work, work))) {
                    result.get();
                }
            }
        }
    }

    @Test
    void everyKindOfInputGivesTheSameAnswer() throws IOException {
        try (ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED); Session session = model.newSession()) {
            float[] expected = model.classify(CAT).logits();
            BufferedImage java2d = ImageIO.read(CAT.toFile());
            RgbImage pixels = ImageDecoder.DEFAULT.decode(CAT);
            assertArrayEquals(expected, session.classify(CAT).logits());
            assertArrayEquals(expected, session.classify(Files.readAllBytes(CAT)).logits());
            assertArrayEquals(expected, session.classify(java2d).logits());
            assertArrayEquals(expected, session.classify(List.of(pixels)).getFirst().logits());
        }
    }

    @Test
    void fewerImagesThanTheBatchAreFine() throws IOException {
        RgbImage cat = ImageDecoder.DEFAULT.decode(CAT);
        try (ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED); Session session = model.newSession(3, 64, 64)) {
            List<Classification> two = session.classify(List.of(cat, cat));
            assertEquals(2, two.size());
            assertEquals("cat", two.get(1).best().label());
            assertThrows(IllegalArgumentException.class, () -> session.classify(List.of(cat, cat, cat, cat)));
        }
    }

    @Test
    void writesIntoTheCallersMemory() throws IOException {
        ConvNeXtSpec spec = SPECS.get(0);
        try (ConvNeXt model = model(spec, Options.DEFAULT);
                Session session = model.newSession(2, 64, 64);
                Arena arena = Arena.ofShared()) {
            MemorySegment images = arena.allocateFrom(ValueLayout.JAVA_FLOAT, SyntheticCheckpoint.images(2, 64, 64));
            MemorySegment features = arena.allocate(4L * 2 * 128);
            MemorySegment logits = arena.allocate(4L * 2 * 10);
            session.run(images, features, logits);
            Output output = session.run(images);
            assertArrayEquals(output.logits(), logits.toArray(ValueLayout.JAVA_FLOAT));
            assertArrayEquals(output.features(), features.toArray(ValueLayout.JAVA_FLOAT));
            assertThrows(IllegalArgumentException.class, () -> session.run(images, features, features));
            assertThrows(IllegalArgumentException.class, () -> session.run(images.asSlice(4)));
            session.input().copyFrom(images);
            assertArrayEquals(output.logits(), session.run(session.input()).logits());
        }
    }

    @Test
    void stepByStepGivesTheSame() throws IOException {
        MemorySegment images = MemorySegment.ofArray(SyntheticCheckpoint.images(1, 40, 40));
        try (ConvNeXt model = model(SPECS.get(1), Options.DEFAULT.withThreads(2));
                Session session = model.newSession(1, 40, 40)) {
            var seen = new ArrayList<Plan.Step>();
            assertArrayEquals(session.run(images).logits(), session.run(images, seen::add).logits());
            assertEquals(session.plan().steps(), seen);
            assertThrows(IllegalArgumentException.class, () -> session.run(images.asSlice(4), seen::add));
        }
    }

    @ParameterizedTest
    @EnumSource(BackendChoice.class)
    void imagesOfAMappedFileAreCopied(BackendChoice backend, @TempDir Path folder) throws IOException {
        float[] images = SyntheticCheckpoint.images(1, 40, 40);
        try (ConvNeXt model = model(SPECS.get(0), Options.DEFAULT.withBackend(backend));
                Session session = model.newSession(1, 40, 40);
                Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_FLOAT, images);
            Path file = Files.write(folder.resolve("images"), memory.toArray(ValueLayout.JAVA_BYTE));
            try (FileChannel channel = FileChannel.open(file)) {
                MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, memory.byteSize(), arena);
                assertArrayEquals(session.run(memory).logits(), session.run(mapped).logits());
            }
        }
    }

    @Test
    void imagesOnTheHeapOrOfOneThreadAreCopied() throws IOException {
        float[] images = SyntheticCheckpoint.images(1, 40, 40);
        try (ConvNeXt model = model(SPECS.get(0), Options.DEFAULT.withThreads(2));
                Session session = model.newSession(1, 40, 40);
                Arena confined = Arena.ofConfined();
                Arena shared = Arena.ofShared()) {
            float[] expected = session.run(shared.allocateFrom(ValueLayout.JAVA_FLOAT, images)).logits();
            assertArrayEquals(expected, session.run(MemorySegment.ofArray(images)).logits());
            assertArrayEquals(expected, session.run(confined.allocateFrom(ValueLayout.JAVA_FLOAT, images)).logits());
        }
    }

    static Stream<Arguments> backendsAndSpecs() {
        return Stream.of(BackendChoice.SIMD, BackendChoice.ONEDNN)
                .flatMap(backend -> SPECS.stream().map(spec -> Arguments.of(backend, spec)));
    }

    @ParameterizedTest
    @MethodSource("backendsAndSpecs")
    void imagesAtAnOddAddressGiveTheSameBits(BackendChoice backend, ConvNeXtSpec spec) throws IOException {
        float[] images = SyntheticCheckpoint.images(2, 47, 66);
        try (ConvNeXt model = model(spec, Options.DEFAULT.withThreads(2).withBackend(backend));
                Session session = model.newSession(2, 47, 66);
                Arena arena = Arena.ofShared()) {
            MemorySegment aligned = arena.allocateFrom(ValueLayout.JAVA_FLOAT, images);
            MemorySegment odd = arena.allocate(aligned.byteSize() + 1, Float.BYTES).asSlice(1);
            Output expected = session.run(aligned);
            Output actual = session.run(odd.copyFrom(aligned));
            assertArrayEquals(expected.features(), actual.features());
            assertArrayEquals(expected.logits(), actual.logits());
        }
    }

    @Test
    void sessionsShareAnArenaWithinItsBound() throws IOException {
        try (ConvNeXt model = model(SPECS.get(0), Options.DEFAULT)) {
            long bytes = model.plan(1, 64, 64).arenaBytes();
            try (TensorArena arena = TensorArena.ofBytes(2 * bytes)) {
                Session first = model.newSession(1, 64, 64, arena);
                Session second = model.newSession(1, 64, 64, arena);
                assertEquals(arena.capacity(), arena.used());
                assertThrows(ArenaExhaustedException.class, () -> model.newSession(1, 64, 64, arena));
                first.close();
                second.close();
                assertEquals(0, arena.used());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(BackendChoice.class)
    void useAfterCloseIsAnError(BackendChoice backend) throws IOException {
        ConvNeXt model = model(SPECS.get(0), Options.DEFAULT.withBackend(backend));
        Session closed = model.newSession(1, 32, 32);
        Session open = model.newSession(1, 32, 32);
        MemorySegment images = MemorySegment.ofArray(SyntheticCheckpoint.images(1, 32, 32));
        closed.close();
        closed.close();
        assertThrows(IllegalStateException.class, () -> closed.run(images));
        model.close();
        model.close();
        assertThrows(IllegalStateException.class, () -> open.run(images));
        assertThrows(IllegalStateException.class, () -> model.newSession(1, 32, 32));
        open.close();
    }

    @ParameterizedTest
    @EnumSource(BackendChoice.class)
    void aModelThatIsClosedWhileItRunsFinishesTheRunFirst(BackendChoice backend) throws Exception {
        ConvNeXt model = model(SPECS.get(0), Options.DEFAULT.withBackend(backend));
        try (Session session = model.newSession(1, 64, 64)) {
            MemorySegment images = MemorySegment.ofArray(SyntheticCheckpoint.images(1, 64, 64));
            float[] expected = session.run(images).features();
            var closing = new AtomicReference<Thread>();
            Output output = session.run(images, step -> {
                if (closing.get() == null) {
                    assertThrows(IllegalStateException.class, model::close);
                    closing.set(Thread.ofPlatform().start(model::close));
                }
            });
            assertArrayEquals(expected, output.features());
            assertTrue(closing.get().join(Duration.ofMinutes(1)));
            assertThrows(IllegalStateException.class, () -> session.run(images));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aSessionIsNotClosedByWhatRunsOnIt(int threads) throws IOException {
        try (ConvNeXt model = model(SPECS.get(0), Options.DEFAULT.withThreads(threads));
                TensorArena arena = TensorArena.ofBytes(model.plan(1, 32, 32).arenaBytes())) {
            for (Session session : List.of(model.newSession(1, 32, 32), model.newSession(1, 32, 32, arena))) {
                MemorySegment images = MemorySegment.ofArray(SyntheticCheckpoint.images(1, 32, 32));
                float[] expected = session.run(images).features();
                Output output = session.run(images, _ -> assertEquals("the session cannot be closed by what runs on it",
                        assertThrows(IllegalStateException.class, session::close).getMessage()));
                assertArrayEquals(expected, output.features());
                session.close();
                assertThrows(IllegalStateException.class, () -> session.run(images));
            }
            assertEquals(0, arena.used());
        }
    }

    @Test
    void aSessionMayBeClosedAfterItsArena() throws IOException {
        try (ConvNeXt model = model(SPECS.get(0), Options.DEFAULT)) {
            TensorArena arena = TensorArena.ofBytes(model.plan(1, 32, 32).arenaBytes());
            Session session = model.newSession(1, 32, 32, arena);
            arena.close();
            session.close();
            assertThrows(IllegalStateException.class, session::input);
        }
    }

    @ParameterizedTest
    @EnumSource(BackendChoice.class)
    void anArenaThatIsClosedWhileASessionRunsInItIsFreedAfterwards(BackendChoice backend) throws Exception {
        MemorySegment images = MemorySegment.ofArray(SyntheticCheckpoint.images(1, 64, 64));
        try (ConvNeXt model = model(SPECS.get(0), Options.DEFAULT.withBackend(backend))) {
            TensorArena arena = TensorArena.ofBytes(model.plan(1, 64, 64).arenaBytes());
            Session session = model.newSession(1, 64, 64, arena);
            session.run(images);
            var closing = new AtomicReference<Thread>();
            var live = new ArrayList<Boolean>();
            try {
                session.run(images, step -> {
                    if (closing.get() == null) {
                        closing.set(Thread.ofPlatform().start(arena::close));
                    }
                    live.add(closing.get().isAlive());
                });
            } catch (IllegalStateException e) {
                // freed after the last step, before its results were read
                Thread.interrupted();
            }
            assertTrue(closing.get().join(Duration.ofMinutes(1)));
            assertEquals(Collections.nCopies(session.plan().steps().size(), true), live);
            assertThrows(IllegalStateException.class, () -> session.run(images));
        }
    }

    /** They may be gone at any moment of a run: that is an error, or it is too late to matter. */
    @ParameterizedTest
    @EnumSource(BackendChoice.class)
    void imagesThatAreFreedDuringARunDoNotEndTheProcess(BackendChoice backend) throws Exception {
        float[] values = SyntheticCheckpoint.images(1, 64, 64);
        try (ConvNeXt model = model(SPECS.get(0), Options.DEFAULT.withBackend(backend));
                Session session = model.newSession(1, 64, 64)) {
            float[] expected = session.run(MemorySegment.ofArray(values)).features();
            for (int round = 0; round < 50; round++) {
                Arena arena = Arena.ofShared();
                MemorySegment images = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
                Thread closer = Thread.ofPlatform().start(() -> close(arena));
                try {
                    assertArrayEquals(expected, session.run(images).features());
                } catch (IllegalStateException e) {
                    assertFalse(images.scope().isAlive(), e.toString());
                }
                // Java interrupts a thread that it keeps from reading what is freed.
                Thread.interrupted();
                closer.join();
            }
        }
    }

    /** A segment that is being copied keeps its arena from being closed for that long. */
    private static void close(Arena arena) {
        while (arena.scope().isAlive()) {
            try {
                arena.close();
            } catch (IllegalStateException e) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void imagesThatAreTooSmallAreRefused() throws IOException {
        try (ConvNeXt model = model(SPECS.get(0), Options.DEFAULT)) {
            var thrown = assertThrows(IllegalArgumentException.class, () -> model.newSession(1, 31, 224));
            assertTrue(thrown.getMessage().contains("31x224"), thrown.getMessage());
            assertThrows(IllegalArgumentException.class, () -> model.newSession(0, 32, 32));
            assertThrows(IllegalArgumentException.class, () -> model.newSession(1 << 20, 1 << 20, 1 << 20));
        }
    }

    @Test
    void aModelWithoutClassifierGivesFeaturesAndSaysSo() throws IOException {
        try (ConvNeXt model = model(SPECS.get(3), Options.DEFAULT); Session session = model.newSession(1, 32, 32)) {
            Output output = session.run(MemorySegment.ofArray(SyntheticCheckpoint.images(1, 32, 32)));
            assertEquals(36, output.features().length);
            assertEquals(0, output.logits().length);
            RgbImage cat = ImageDecoder.DEFAULT.decode(CAT);
            assertThrows(IllegalStateException.class, () -> session.classify(cat));
        }
    }

    private static Output run(ConvNeXtSpec spec, Options options, int batch, int height, int width)
            throws IOException {
        try (ConvNeXt model = model(spec, options)) {
            return run(model, SyntheticCheckpoint.images(batch, height, width), batch, height, width);
        }
    }

    private static Output run(ConvNeXt model, float[] images, int batch, int height, int width) {
        try (Session session = model.newSession(batch, height, width)) {
            return session.run(MemorySegment.ofArray(images));
        }
    }

    static ConvNeXt model(ConvNeXtSpec spec, Options options) throws IOException {
        var checkpoint = SyntheticCheckpoint.of(spec);
        try (PretrainedModel model = PretrainedModel.of("synthetic", checkpoint, Optional.empty())) {
            return ConvNeXt.load(model, options);
        }
    }
}
