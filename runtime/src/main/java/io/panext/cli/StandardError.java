package io.panext.cli;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Standard error as the user gave it.
 *
 * <p>The Java launcher announces the incubating Vector API on standard error before any program code runs. The script
 * {@code panext} therefore starts Java with a filter for that line in place of standard error, keeps the real one open
 * under another number, and says which in a system property.
 */
final class StandardError {

    /** Number of the file descriptor that is the real standard error. */
    private static final Integer DESCRIPTOR = Integer.getInteger("panext.stderr");

    private static final int STANDARD_ERROR = 2;

    private StandardError() {}

    /** Puts the real standard error back in its place, so that not a byte of what follows passes the filter. */
    @SuppressWarnings("restricted")
    static void restore() {
        if (DESCRIPTOR == null) {
            return;
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle dup2 = linker.downcallHandle(linker.defaultLookup().findOrThrow("dup2"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
        try {
            // If it fails, messages go through the filter: nothing is lost.
            int _ = (int) dup2.invokeExact((int) DESCRIPTOR, STANDARD_ERROR);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }
}
