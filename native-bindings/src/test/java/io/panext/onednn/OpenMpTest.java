package io.panext.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** oneDNN's threads would compete with those that call it. */
class OpenMpTest {

    private static final String VARIABLE = "OMP_NUM_THREADS";
    private static final int ASKED = 8;

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "counts threads in /proc")
    void oneThreadComputesHoweverManyTheEnvironmentAsksFor() throws Exception {
        String threads = Program.line(Multiply.class, Map.of(VARIABLE, Integer.toString(ASKED)));
        assertEquals("1, 8 if told", threads);
    }

    @Test
    void theEnvironmentIsPutBack() throws Exception {
        assertEquals("8", Program.line(Environment.class, Map.of(VARIABLE, Integer.toString(ASKED))));
        assertEquals("1", Program.line(Environment.class, Map.of(VARIABLE, "1")));
        assertEquals("nothing", Program.line(Environment.class, Map.of()));
    }

    /** Loads oneDNN and looks at the environment as C has it: that of Java is a copy from its start. */
    public static final class Environment {

        private Environment() {}

        /** Prints how many threads it asks for. */
        public static void main(String[] args) throws Throwable {
            if (Onednn.find().isEmpty()) {
                throw new IllegalStateException(Onednn.ABSENT);
            }
            Linker linker = Linker.nativeLinker();
            try (Arena arena = Arena.ofConfined()) {
                var value = (MemorySegment) linker.downcallHandle(linker.defaultLookup().findOrThrow("getenv"),
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS))
                        .invokeExact(arena.allocateFrom(VARIABLE));
                System.out.println(value.equals(MemorySegment.NULL)
                        ? "nothing"
                        : value.reinterpret(Long.MAX_VALUE).getString(0));
            }
        }
    }

    /** Multiplies with oneDNN as panext loads it, then with OpenMP told to use all threads: else there is nothing to see. */
    public static final class Multiply {

        private static final String CALLER = "caller";
        private static final int SIZE = 1024;

        private Multiply() {}

        /** Prints how many threads there were each time. */
        public static void main(String[] args) throws OnednnUnavailableException, InterruptedException {
            if (Onednn.find().isEmpty()) {
                throw new IllegalStateException(Onednn.ABSENT);
            }
            // Not the thread that loaded the library. A thread is named after the one that starts it.
            Thread caller = new Thread(() -> {
                multiply();
                long alone = threads();
                useThreads(ASKED);
                multiply();
                System.out.println(alone + ", " + threads() + " if told");
            }, CALLER);
            caller.start();
            caller.join();
        }

        private static void multiply() {
            try (Arena arena = Arena.ofConfined();
                    MemoryDescriptor square = MemoryDescriptor.rows(DataType.F32, SIZE, SIZE, SIZE);
                    PrimitiveDescriptor descriptor = PrimitiveDescriptor.matmul(square, square, square);
                    Primitive primitive = new Primitive(descriptor)) {
                var tensor = new Execution.Tensor(square, arena.allocate(4L * SIZE * SIZE, 64));
                var dst = new Execution.Tensor(square, arena.allocate(4L * SIZE * SIZE, 64));
                MemorySegment scratchpad = arena.allocate(Math.max(1, descriptor.scratchpadBytes()), 64);
                try (var execution = new Execution(primitive,
                        Map.of(Argument.SRC, tensor, Argument.WEIGHTS, tensor, Argument.DST, dst), scratchpad)) {
                    execution.run();
                }
            }
        }

        private static long threads() {
            try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
                return tasks.filter(task -> name(task).equals(CALLER)).count();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static String name(Path task) {
            try {
                return Files.readString(task.resolve("comm")).strip();
            } catch (IOException _) {
                return "a thread that has ended";
            }
        }

        private static void useThreads(int count) {
            try {
                Linker.nativeLinker().downcallHandle(SymbolLookup.loaderLookup().findOrThrow("omp_set_num_threads"),
                        FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT)).invokeExact(count);
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }
    }
}
