package io.panext.cli;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Standard output whose failures are not lost: {@link java.io.PrintWriter} swallows an {@link IOException}, but lets
 * this one's exception through.
 */
final class StandardOutput extends FilterOutputStream {

    /** Standard output takes no more. */
    static final class ClosedException extends RuntimeException {

        @Serial
        private static final long serialVersionUID = 1L;

        private final boolean readerGone;

        ClosedException(IOException cause, boolean readerGone) {
            super("cannot write to standard output: " + cause.getMessage(), cause);
            this.readerGone = readerGone;
        }

        /** Whether the reader has seen enough, as in {@code panext ... | head}. */
        boolean isReaderGone() {
            return readerGone;
        }
    }

    private static final int DESCRIPTOR = 1;

    /** What {@code poll} says of a pipe or socket whose reader is gone: {@code POLLERR}, {@code POLLHUP}. */
    private static final int GONE = 0x8 | 0x10;

    private final BooleanSupplier readerGone;
    private boolean closed;

    /** @param readerGone whether nobody can read any more what is written to {@code out} */
    StandardOutput(OutputStream out, BooleanSupplier readerGone) {
        super(new BufferedOutputStream(out));
        this.readerGone = readerGone;
    }

    /** Returns that of this process. */
    static StandardOutput ofProcess() {
        return new StandardOutput(new FileOutputStream(FileDescriptor.out), StandardOutput::isReaderGone);
    }

    /** Asks the operating system: its message, which is all that Java passes on, is in the user's language. */
    @SuppressWarnings("restricted")
    private static boolean isReaderGone() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> poll = linker.defaultLookup().find("poll");
        if (poll.isEmpty()) {
            return false;
        }
        MethodHandle call = linker.downcallHandle(poll.get(),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            // struct pollfd: the descriptor, two bytes for what is asked, two for the answer
            MemorySegment pollfd = arena.allocate(8, JAVA_INT.byteAlignment());
            pollfd.set(JAVA_INT, 0, DESCRIPTOR);
            int found = (int) call.invokeExact(pollfd, 1L, 0);
            return found > 0 && (pollfd.get(JAVA_SHORT, 6) & GONE) != 0;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void write(int value) {
        attempt(() -> out.write(value));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        attempt(() -> out.write(bytes, offset, length));
    }

    @Override
    public void flush() {
        attempt(out::flush);
    }

    /** Fails once: what is still in some buffer then has nowhere to go. */
    private void attempt(Write write) {
        if (closed) {
            return;
        }
        try {
            write.run();
        } catch (IOException e) {
            closed = true;
            throw new ClosedException(e, readerGone.getAsBoolean());
        }
    }

    @FunctionalInterface
    private interface Write {
        void run() throws IOException;
    }
}
