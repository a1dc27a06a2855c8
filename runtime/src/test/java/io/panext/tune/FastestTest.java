package io.panext.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

    private List<Selection.Choice> choose(Path folder, String machine) throws IOException {
        return choose(folder, machine, () -> true);
    }

    private List<Selection.Choice> choose(Path folder, String machine, BooleanSupplier mayMeasure) throws IOException {
        var selection = new Fastest(IMAGES, machine, new CacheFolder(folder), notes::add, mayMeasure, NANOS);
        return selection.choose(graph(), node -> Stream.of(new Timed("slow", 2_000_000, runs),
                new Timed("quick", 1_000, runs)));
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
