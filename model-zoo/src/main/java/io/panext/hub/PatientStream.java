package io.panext.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;

/** A response's body that is given up when nothing comes for a while. */
final class PatientStream extends FilterInputStream {

    private final Duration patience;
    private final Thread watch;
    private volatile long lastProgress = System.nanoTime();
    private volatile boolean stalled;

    PatientStream(InputStream body, Duration patience) {
        super(body);
        this.patience = patience;
        this.watch = Thread.ofVirtual().start(this::watch);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int read;
        try {
            read = super.read(bytes, offset, length);
        } catch (IOException e) {
            throw stalled ? timeout() : e;
        }
        if (stalled) {
            throw timeout();
        }
        lastProgress = System.nanoTime();
        return read;
    }

    @Override
    public void close() throws IOException {
        watch.interrupt();
        super.close();
    }

    private IOException timeout() {
        return new HttpTimeoutException("nothing came for " + patience.toMillis() / 1000.0 + " s");
    }

    /** Closes the body under the reader's feet, which wakes it. */
    private void watch() {
        try {
            for (long left = patience.toNanos(); left > 0; left = patience.toNanos() - (System.nanoTime()
                    - lastProgress)) {
                Thread.sleep(Duration.ofNanos(left));
            }
            stalled = true;
            super.close();
        } catch (InterruptedException | IOException e) {
            // closed: there is nothing to watch any more
        }
    }
}
