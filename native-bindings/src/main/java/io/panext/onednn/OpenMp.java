package io.panext.onednn;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** The library that gives oneDNN threads: it is told to give none, since panext has workers of its own. */
final class OpenMp {

    private static final String VARIABLE = "OMP_NUM_THREADS";
    private static final int SEQUENTIAL_RUNTIME = 1;
    private static final int OPENMP_RUNTIME = 2;

    private OpenMp() {}

    /** Something that may find oneDNN unusable. */
    @FunctionalInterface
    interface Loading {

        /** Does it. */
        void run() throws OnednnUnavailableException;
    }

    /**
     * Loads a library while the environment asks OpenMP for one thread, which it reads just once, then puts the
     * environment back for whatever else is in this process.
     */
    static void withOneThread(Loading loading) throws OnednnUnavailableException {
        if (isAskedForOneThread()) {
            loading.run();
            return;
        }
        String before = System.getenv(VARIABLE);
        set("1");
        try {
            loading.run();
        } finally {
            set(before == null ? "" : before);
        }
    }

    /** Returns whether oneDNN, built for a runtime, runs in the calling thread alone. */
    static boolean isSingleThreaded(int runtime) {
        return runtime == SEQUENTIAL_RUNTIME
                || (runtime == OPENMP_RUNTIME && (isAskedForOneThread() || maxThreads() == 1));
    }

    /** Whether the environment has asked OpenMP for one thread since the process began. */
    private static boolean isAskedForOneThread() {
        return "1".equals(System.getenv(VARIABLE));
    }

    private static int maxThreads() {
        return SymbolLookup.loaderLookup().find("omp_get_max_threads").map(address -> (int) invoke(
                Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT)))).orElse(0);
    }

    /** Changes the environment of the C library; that of Java is a copy from its start. */
    private static void set(String value) {
        Linker linker = Linker.nativeLinker();
        boolean windows = linker.defaultLookup().find("setenv").isEmpty();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(VARIABLE);
            MemorySegment text = arena.allocateFrom(value);
            if (windows) {
                invoke(linker.downcallHandle(linker.defaultLookup().findOrThrow("_putenv_s"), FunctionDescriptor
                        .of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS)), name, text);
            } else if (value.isEmpty()) {
                invoke(linker.downcallHandle(linker.defaultLookup().findOrThrow("unsetenv"),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS)), name);
            } else {
                invoke(linker.downcallHandle(linker.defaultLookup().findOrThrow("setenv"), FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT)), name,
                        text, 1);
            }
        }
    }

    private static Object invoke(MethodHandle function, Object... arguments) {
        try {
            return function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
