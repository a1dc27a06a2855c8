package io.panext.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.PackedKernel;
import io.panext.compile.Selection;
import io.panext.compile.Task;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FastestTest {

    private static final ConvNeXtSpec SPEC = ConvNeXtSpec.v2(List.of(1), List.of(8), 2);
    private static final Shape IMAGES = new Shape(1, 32, 32, 3);

    @TempDir
    private Path temporary;

    private final List<String> notes = new ArrayList<>();
    private final Map<String, Integer> runs = new HashMap<>();

    private final AtomicLong clock = new AtomicLong();
    private final AtomicInteger open = new AtomicInteger();

    /** Counts its runs and lets the clock go on by as much as it is told to last. */
    private final class Timed implements Kernel {

        private final String name;
        private final long packNanos;
        private final LongSupplier nanos;

        Timed(String name, long packNanos, LongSupplier nanos) {
            this.name = name;
            this.packNanos = packNanos;
            this.nanos = nanos;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public long weightBytes() {
            return 0;
        }

        @Override
        public PackedKernel pack(SegmentAllocator allocator) {
            clock.addAndGet(packNanos);
            open.incrementAndGet();
            return new PackedKernel() {
                @Override
                public Task bind(Operands operands) {
                    return (images, share) -> {
                        runs.merge(name, 1, Integer::sum);
                        clock.addAndGet(nanos.getAsLong() / share.workers());
                    };
                }

                @Override
                public void close() {
                    open.decrementAndGet();
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
        assertFalse(runs.isEmpty());
        assertEquals(List.of(), notes);
    }

    @Test
    void whatWasMeasuredOnceIsRemembered() throws IOException {
        choose(temporary, "a machine");
        runs.clear();
        choose(temporary, "a machine");
        assertEquals(Map.of(), runs);
        choose(temporary, "another machine");
        assertFalse(runs.isEmpty());
    }

    @Test
    void aDamagedMemoryIsReplaced() throws IOException {
        choose(temporary, "a machine");
        Path file = onlyFile();
        String sound = Files.readString(file);
        Files.writeString(file, sound.substring(0, sound.length() / 2));
        runs.clear();
        choose(temporary, "a machine");
        assertFalse(runs.isEmpty());
        runs.clear();
        choose(temporary, "a machine");
        assertEquals(Map.of(), runs);
        assertEquals(List.of(), notes);
    }

    @Test
    void aFolderThatCannotBeWrittenIsToldAndTheChoiceMade() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));
        choose(file.resolve("folder"), "a machine").forEach(choice -> assertEquals("quick", choice.kernel().name()));
        assertEquals(1, notes.size());
        assertTrue(notes.getFirst().startsWith("which kernels are fastest cannot be remembered in "
                + file.resolve("folder")), notes::toString);
    }

    @Test
    void measuringTakesTwoSecondsAtMostAndIsGoneOnWithLater() throws IOException {
        long run = 30_000_000;
        List<Kernel> kernels = List.of(new Timed("first", 50_000_000, () -> run),
                new Timed("second", 50_000_000, () -> run / 2));
        List<Selection.Choice> choices = choose(temporary, "a machine", kernels);
        assertTrue(clock.get() <= 2_000_000_000, clock::toString);
        assertEquals("second", choices.getFirst().kernel().name());
        assertEquals("first", choices.getLast().kernel().name());
        assertEquals("the first of the list: none is measured yet", choices.getLast().reason());
        for (int program = 0; program < 20; program++) {
            choices = choose(temporary, "a machine", kernels);
        }
        choices.forEach(choice -> assertEquals("second 15000 us < first 30000 us", choice.reason()));
        runs.clear();
        choose(temporary, "a machine", kernels);
        assertEquals(Map.of(), runs);
    }

    @Test
    void whatTakesLongerThanThereIsTimeIsNotWaitedForTwice() throws IOException {
        List<Selection.Choice> choices = choose(temporary, "a machine", List.of(
                new Timed("slow to pack", 3_000_000_000L, () -> 1), new Timed("quick", 0, () -> 1)));
        assertEquals(3_000_000_000L, clock.get());
        assertEquals(Map.of(), runs);
        choices.forEach(choice -> assertEquals("slow to pack", choice.kernel().name()));
    }

    @Test
    void whatStillBecomesFasterNeitherWinsNorLosesForGood() throws IOException {
        // as if Java compiled it: from 50 ms to 120 us in the time that there is, then no more
        var falling = new Timed("falling", 0,
                () -> Math.max(120_000, (long) (50e6 * Math.exp(-clock.get() / 300e6))));
        var steady = new Timed("steady", 0, () -> 1_000_000);
        choose(temporary, "a machine", List.of(falling, steady)).forEach(choice -> {
            assertEquals("steady", choice.kernel().name());
            assertEquals("steady 1000 us; not measured yet: falling", choice.reason());
        });
        runs.clear();
        choose(temporary, "a machine", List.of(falling, steady)).forEach(
                choice -> assertEquals("falling 120 us < steady 1000 us", choice.reason()));
        assertEquals(Set.of("falling"), runs.keySet());
    }

    @Test
    void whatNeverSettlesIsLeftAlonePresently() throws IOException {
        // Each program finds it slow again, as a Java kernel is in every program.
        for (int program = 0; program < 6; program++) {
            runs.clear();
            long start = clock.get();
            var falling = new Timed("falling", 0,
                    () -> Math.max(120_000, (long) (50e6 * Math.exp((start - clock.get()) / 300e6))));
            List<Kernel> kernels = List.of(falling, new Timed("steady", 0, () -> 1_000_000));
            choose(temporary, "a machine", kernels)
                    .forEach(choice -> assertEquals("steady", choice.kernel().name()));
        }
        assertEquals(Map.of(), runs);
    }

    @Test
    void whatIsTooSlowToBeCompiledIsNotJudged() throws IOException {
        List<Kernel> kernels = List.of(new Timed("interpreted", 0, () -> 500_000_000),
                new Timed("steady", 0, () -> 1_000_000));
        Selection.Choice first = choose(temporary, "a machine", kernels).getFirst();
        assertTrue(clock.get() <= 2_000_000_000, clock::toString);
        assertEquals("steady 1000 us; not measured yet: interpreted", first.reason());
    }

    @Test
    void whatWasPackedIsClosedIfAnotherKernelFails() {
        var bad = new Timed("bad", 0, () -> {
            throw new IllegalStateException("no such instruction");
        });
        var worse = new Kernel() {
            @Override
            public String name() {
                return "worse";
            }

            @Override
            public long weightBytes() {
                return 0;
            }

            @Override
            public PackedKernel pack(SegmentAllocator allocator) {
                throw new IllegalStateException("no memory");
            }
        };
        for (Kernel failing : List.of(bad, worse)) {
            List<Kernel> kernels = List.of(new Timed("quick", 0, () -> 1_000), failing);
            assertThrows(IllegalStateException.class, () -> choose(temporary, "a machine", kernels));
            assertEquals(0, open.get(), "kernels that were not closed");
        }
    }

    private List<Selection.Choice> choose(Path folder, String machine) throws IOException {
        return choose(folder, machine,
                List.of(new Timed("slow", 0, () -> 2_000_000), new Timed("quick", 0, () -> 1_000)));
    }

    private List<Selection.Choice> choose(Path folder, String machine, List<Kernel> kernels) throws IOException {
        var selection = new Fastest(IMAGES, machine, new CacheFolder(folder), notes::add, clock::get);
        return selection.choose(graph(), _ -> kernels.stream());
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
