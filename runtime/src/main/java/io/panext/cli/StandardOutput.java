package io.panext.cli;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Serial;

/**
 * Standard output whose failures are not lost: {@link java.io.PrintWriter} swallows an {@link IOException}, but lets
 * this one's exception through.
 */
final class StandardOutput extends FilterOutputStream {

    /** Standard output takes no more. */
    static final class ClosedException extends RuntimeException {

        @Serial
        private static final long serialVersionUID = 1L;

        ClosedException(IOException cause) {
            super("cannot write to standard output: " + cause.getMessage(), cause);
        }

        /** Whether the reader has seen enough, as in {@code panext ... | head}. */
        boolean isBrokenPipe() {
            return "Broken pipe".equals(getCause().getMessage());
        }
    }

    private boolean closed;

    StandardOutput(OutputStream out) {
        super(new BufferedOutputStream(out));
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
            throw new ClosedException(e);
        }
    }

    @FunctionalInterface
    private interface Write {
        void run() throws IOException;
    }
}
