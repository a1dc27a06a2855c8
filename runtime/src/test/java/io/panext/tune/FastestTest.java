package io.panext.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.compile.Backend;
import io.panext.compile.Kernel;
import io.panext.compile.PackedKernel;
import io.panext.compile.Selection;
import io.panext.graph.Graph;
import io.panext.graph.GraphBuilder;
import io.panext.graph.Outputs;
import io.panext.graph.Shape;
import io.panext.onednn.CacheFolder;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.SegmentAllocator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FastestTest {

    private static final ConvNeXtSpec SPEC = ConvNeXtSpec.v2(List.of(1), List.of(8), 2);
    private static final Shape IMAGES = new Shape(1, 32, 32, 3);

    /** Each kernel still runs three times. */
    private static final long NANOS = 0;

    @TempDir
    private Path temporary;

    private final List<String> notes = new ArrayList<>();
    private final AtomicInteger runs = new AtomicInteger();

    /** Counts its runs and lasts as long as it is told. */
    private record Timed(String name, long nanos, AtomicInteger runs) implements Kernel {

        @Override
        public long weightBytes() {
            return 0;
        }

        @Override
        public PackedKernel pack(SegmentAllocator allocator) {
            return operands -> (images, share) -> {
                runs.incrementAndGet();
                for (long end = System.nanoTime() + nanos; System.nanoTime() < end;) {
                    LockSupport.parkNanos(nanos);
                }
            };
        }
    }

    @Test
    void theFasterKernelIsChosenAndTheReasonTold() throws IOException {
        choose(temporary, "a machine").forEach(choice -> {
            assertEquals("quick", choice.kernel().name());
            assertTrue(choice.reason().matches("quick \\d+ us < slow \\d+ us"), choice.reason());
        });
        assertTrue(runs.get() > 0);
        assertEquals(List.of(), notes);
    }

    @Test
    void whatWasMeasuredOnceIsRemembered() throws IOException {
        choose(temporary, "a machine");
        runs.set(0);
        choose(temporary, "a machine");
        assertEquals(0, runs.get());
        choose(temporary, "another machine");
        assertTrue(runs.get() > 0);
    }

    @Test
    void aDamagedMemoryIsReplaced() throws IOException {
        choose(temporary, "a machine");
        Path file = onlyFile();
        String sound = Files.readString(file);
        Files.writeString(file, sound.substring(0, sound.length() / 2));
        runs.set(0);
        choose(temporary, "a machine");
        assertTrue(runs.get() > 0);
        runs.set(0);
        choose(temporary, "a machine");
        assertEquals(0, runs.get());
        assertEquals(List.of(), notes);
    }

    @Test
    void aFolderThatCannotBeWrittenIsToldAndTheChoiceMade() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));
        choose(file.resolve("folder"), "a machine").forEach(choice -> assertEquals("quick", choice.kernel().name()));
        assertEquals(1, notes.size());
        assertTrue(notes.getFirst().startsWith("which kernels are fastest cannot be remembered in "
                + file.resolve("folder")), notes::toString);
        assertTrue(notes.getFirst().endsWith("PANEXT_CACHE or -Dpanext.cache names another folder"), notes::toString);
    }

    @Test
    void whatMustNotBeMeasuredIsRememberedOrTheFirstOfTheList() throws IOException {
        choose(temporary, "a machine", () -> false).forEach(choice -> {
            assertEquals("slow", choice.kernel().name());
            assertEquals("the first of the list, none being measured", choice.reason());
        });
        assertEquals(0, runs.get());
        choose(temporary, "a machine");
        runs.set(0);
        choose(temporary, "a machine", () -> {
            throw new AssertionError("nothing is left to measure");
        }).forEach(choice -> assertEquals("quick", choice.kernel().name()));
        assertEquals(0, runs.get());
    }

    @Test
    void theFrugalBackendIsTakenAloneWhereOthersSaveLittleAndTheyAreNotAskedAgain() throws IOException {
        List<Selection.Choice> choices = choose(backend("frugal", 2_000_000), backend("hungry", 2_000_000));
        assertFrugalAlone(choices);
        assertTrue(runs.get() > 0);
        assertFrugalAlone(choose(backend("frugal", 2_000_000), _ -> {
            throw new AssertionError("nothing is left to ask");
        }));
    }

    @Test
    void theFrugalBackendIsNotTakenWhereOthersSaveMuch() throws IOException {
        for (int time = 0; time < 2; time++) {
            choose(backend("frugal", 2_000_000), backend("hungry", 1_000)).forEach(choice -> {
                assertEquals("hungry", choice.kernel().name());
                assertTrue(choice.reason().matches("hungry \\d+ us < frugal \\d+ us"), choice.reason());
            });
        }
    }

    @Test
    void thatOthersHaveNothingIsNotRemembered() throws IOException {
        choose(backend("frugal", 1_000), _ -> Stream.empty()).forEach(choice -> assertEquals("the only one",
                choice.reason()));
        assertEquals(0, runs.get());
        choose(backend("frugal", 2_000_000), backend("hungry", 1_000)).forEach(choice -> assertEquals("hungry",
                choice.kernel().name()));
    }

    private static void assertFrugalAlone(List<Selection.Choice> choices) {
        choices.forEach(choice -> {
            assertEquals("frugal", choice.kernel().name());
            assertTrue(choice.reason().matches("alone: other backends would save \\d\\.\\d % of a run"),
                    choice.reason());
        });
    }

    private Backend backend(String name, long nanos) {
        return _ -> Stream.of(new Timed(name, nanos, runs));
    }

    private List<Selection.Choice> choose(Backend frugal, Backend other) throws IOException {
        return new Fastest(IMAGES, Optional.of(frugal), "a machine", new CacheFolder(temporary), notes::add, () -> true,
                NANOS).choose(graph(), List.of(other, frugal));
    }

    private List<Selection.Choice> choose(Path folder, String machine) throws IOException {
        return choose(folder, machine, () -> true);
    }

    private List<Selection.Choice> choose(Path folder, String machine, BooleanSupplier mayMeasure) throws IOException {
        return new Fastest(IMAGES, Optional.empty(), machine, new CacheFolder(folder), notes::add, mayMeasure, NANOS)
                .choose(graph(), List.of(backend("slow", 2_000_000), backend("quick", 1_000)));
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.reduce((_, _) -> {
                throw new AssertionError("several files");
            }).orElseThrow();
        }
    }

    private static Graph graph() throws IOException {
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(SPEC))) {
            return GraphBuilder.build(SPEC, weights::parameter, Outputs.ALL);
        }
    }
}
