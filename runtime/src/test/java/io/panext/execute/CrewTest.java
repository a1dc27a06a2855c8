package io.panext.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.compile.Task;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrewTest {

    private static final MemorySegment NOTHING = MemorySegment.NULL;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyWorkerDoesItsShareOfEveryTask(int workers) {
        var done = new AtomicIntegerArray(workers);
        Task task = (_, share) -> done.incrementAndGet(share.worker());
        try (Crew crew = new Crew(workers)) {
            for (int run = 0; run < 200; run++) {
                crew.run(List.of(task, task, task), NOTHING);
            }
        }
        for (int worker = 0; worker < workers; worker++) {
            assertEquals(600, done.get(worker));
        }
    }

    @Test
    void noTaskBeginsBeforeAllHaveFinishedTheOneBefore() {
        int workers = 4;
        var finished = new AtomicInteger();
        var tasks = new ArrayList<Task>();
        for (int i = 0; i < 50; i++) {
            int before = i * workers;
            tasks.add((_, _) -> {
                if (finished.get() < before) {
                    throw new AssertionError("began after " + finished.get() + " of " + before);
                }
                finished.incrementAndGet();
            });
        }
        try (Crew crew = new Crew(workers)) {
            crew.run(tasks, NOTHING);
        }
        assertEquals(50 * workers, finished.get());
    }

    @Test
    void aFailureInAnyWorkerReachesTheCallerAndTheCrewGoesOn() {
        var failure = new IllegalArgumentException("on purpose");
        try (Crew crew = new Crew(3)) {
            for (int culprit = 0; culprit < 3; culprit++) {
                int worker = culprit;
                Task failing = (_, share) -> {
                    if (share.worker() == worker) {
                        throw failure;
                    }
                };
                var thrown = assertThrows(IllegalStateException.class,
                        () -> crew.run(List.of(failing, failing), NOTHING));
                assertSame(failure, thrown.getCause());
            }
            var done = new AtomicInteger();
            crew.run(List.of((_, _) -> done.incrementAndGet()), NOTHING);
            assertEquals(3, done.get());
        }
    }

    @Test
    @Timeout(30)
    void anIdleCrewUsesNoProcessor() throws InterruptedException {
        var threads = ManagementFactory.getThreadMXBean();
        var workers = new ArrayList<Thread>();
        try (Crew crew = new Crew(2)) {
            crew.run(List.of((_, share) -> {
                if (share.worker() > 0) {
                    workers.add(Thread.currentThread());
                }
            }), NOTHING);
            Thread worker = workers.getFirst();
            while (worker.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
            long before = threads.getThreadCpuTime(worker.threadId());
            Thread.sleep(200);
            assertEquals(before, threads.getThreadCpuTime(worker.threadId()));
        }
    }

    @Test
    @Timeout(30)
    void whoWaitsLongForAnotherSleeps() {
        var waiting = new AtomicReference<Thread>();
        var asleep = new AtomicBoolean();
        Task task = (_, share) -> {
            if (share.worker() > 0) {
                waiting.set(Thread.currentThread());
            } else {
                while (waiting.get() == null || waiting.get().getState() != Thread.State.TIMED_WAITING) {
                    Thread.onSpinWait();
                }
                asleep.set(true);
            }
        };
        try (Crew crew = new Crew(2)) {
            crew.run(List.of(task), NOTHING);
        }
        assertTrue(asleep.get());
    }

    @Test
    void closingEndsTheThreads() throws InterruptedException {
        var threads = new ArrayList<Thread>();
        try (Crew crew = new Crew(2)) {
            crew.run(List.of((_, share) -> {
                if (share.worker() > 0) {
                    threads.add(Thread.currentThread());
                }
            }), NOTHING);
        }
        threads.getFirst().join(5_000);
        assertFalse(threads.getFirst().isAlive());
    }

    @Test
    void knowsWhatItsWorkersMayRead(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("images"), new byte[8]);
        try (FileChannel channel = FileChannel.open(file);
                Crew alone = new Crew(1);
                Crew two = new Crew(2);
                Arena confined = Arena.ofConfined();
                Arena shared = Arena.ofShared()) {
            assertTrue(alone.canRead(confined.allocate(8)));
            assertFalse(two.canRead(confined.allocate(8)));
            assertTrue(two.canRead(shared.allocate(8)));
            assertFalse(alone.canRead(MemorySegment.ofArray(new float[2])));
            assertFalse(two.canRead(channel.map(FileChannel.MapMode.READ_ONLY, 0, 8, shared)));
        }
    }
}
