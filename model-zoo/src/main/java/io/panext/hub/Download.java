package io.panext.hub;

import io.panext.zoo.checkpoint.FileRefusal;
import io.panext.zoo.checkpoint.HubCache;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fetches one file into the cache: what is there under its name has the size and the hash that the hub states. */
final class Download {

    private static final int CHUNK_BYTES = 1 << 16;

    /** A connection that breaks again and again is put up with as long as each time so much came. */
    private static final long PROGRESS_BYTES = 1 << 20;

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

    private final Hub hub;
    private final Repository repository;
    private final HubFile file;
    private final Path blob;
    private final PartialFile partial;
    private Optional<String> version = Optional.empty();

    Download(Hub hub, Repository repository, HubFile file) {
        HubCache cache = hub.settings().cache();
        this.hub = hub;
        this.repository = repository;
        this.file = file;
        this.blob = cache.blob(repository.name(), file.hash());
        this.partial = new PartialFile(blob.resolveSibling(file.hash() + ".panext-incomplete"));
    }

    /**
     * Fetches the file, or waits while someone else does.
     *
     * @param present told again and again how many bytes are there
     */
    void run(LongConsumer present) throws HubException {
        Path lockFile = hub.settings().cache().lock(repository.name(), file.hash());
        try {
            Files.createDirectories(lockFile.getParent());
            Files.createDirectories(blob.getParent());
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = lock(channel)) {
                if (!Files.exists(blob) || Files.size(blob) != file.size()) {
                    fetch(present);
                }
            }
        } catch (HubException e) {
            throw e;
        } catch (IOException e) {
            throw unwritable(repository, blob.getParent(), e);
        }
    }

    /** Puts into words that the cache cannot be written. */
    static HubException unwritable(Repository repository, Path path, IOException e) {
        return new HubException(repository.name(), path + " cannot be written: " + FileRefusal.reason(e)
                + "; HF_HOME can name another folder", e);
    }

    private void fetch(LongConsumer present) throws IOException {
        if (partial.size() > file.size()) {
            partial.delete();
        }
        boolean resumed = partial.size() > 0;
        complete(present);
        String hash = partial.hash(file.digest());
        if (resumed && !hash.equals(file.hash())) {
            partial.delete();
            complete(present);
            hash = partial.hash(file.digest());
        }
        if (!hash.equals(file.hash())) {
            partial.delete();
            throw new HubException(repository.name(),
                    file.name() + " is not what the hub published: its hash is " + hash
                            + ", not " + file.hash() + "; nothing of it is kept");
        }
        Files.move(partial.path(), blob, StandardCopyOption.ATOMIC_MOVE);
    }

    private void complete(LongConsumer present) throws IOException {
        requireSpace();
        while (partial.size() < file.size() || !Files.exists(partial.path())) {
            long before = partial.size();
            try {
                hub.http().get(repository.name(), hub.uri(repository, file), this::range,
                        (status, headers, body) -> receive(status, headers, body, present));
            } catch (HubException e) {
                if (partial.size() - before < PROGRESS_BYTES) {
                    throw e;
                }
            }
        }
    }

    /** What is there already need not come again, if it is still a part of the same file. */
    private Map<String, String> range() {
        long size = partial.size();
        if (size == 0) {
            return Map.of();
        }
        String range = "bytes=" + size + "-";
        return version.map(tag -> Map.of("Range", range, "If-Range", tag)).orElse(Map.of("Range", range));
    }

    private long receive(int status, HttpHeaders headers, InputStream body, LongConsumer present) throws IOException {
        long begin = status == 206 ? begin(headers) : 0;
        version = headers.firstValue("ETag").filter(tag -> tag.startsWith("\""));
        try (FileChannel out = openPartial(begin)) {
            byte[] chunk = new byte[CHUNK_BYTES];
            long position = begin;
            for (int read = body.read(chunk); read >= 0; read = body.read(chunk)) {
                position += read;
                if (position > file.size()) {
                    out.truncate(0);
                    throw new HubException(repository.name(), file.name() + " is longer than the " + file.size()
                            + " bytes that the hub states");
                }
                write(out, ByteBuffer.wrap(chunk, 0, read));
                present.accept(position);
            }
            if (position < file.size()) {
                throw new IOException(file.name() + " ended after " + position + " of " + file.size() + " bytes");
            }
            return position;
        }
    }

    /** A part must be the one that was asked for, of a file as long as it should be; else all is fetched again. */
    private long begin(HttpHeaders headers) throws IOException {
        Matcher range = CONTENT_RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
        long size = partial.size();
        if (range.matches() && Long.parseLong(range.group(1)) == size
                && (range.group(2).equals("*") || Long.parseLong(range.group(2)) == file.size())) {
            return size;
        }
        partial.delete();
        throw new IOException("the server sent another part of " + file.name() + " than was asked for");
    }

    private FileChannel openPartial(long begin) throws HubException {
        try {
            return partial.continueFrom(begin);
        } catch (IOException e) {
            throw unwritable(repository, partial.path(), e);
        }
    }

    private void write(FileChannel out, ByteBuffer bytes) throws HubException {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw unwritable(repository, partial.path(), e);
        }
    }

    private void requireSpace() throws IOException {
        long needed = file.size() - partial.size();
        long free = Files.getFileStore(blob.getParent()).getUsableSpace();
        if (needed > free) {
            throw new HubException(repository.name(), file.name() + " needs " + (needed >> 20) + " MiB, but "
                    + blob.getParent() + " has " + (free >> 20) + " MiB left");
        }
    }

    /** Locks against other processes, and against other threads of this one. */
    private FileLock lock(FileChannel channel) throws IOException {
        while (true) {
            try {
                FileLock lock = channel.tryLock();
                if (lock != null) {
                    return lock;
                }
            } catch (OverlappingFileLockException e) {
                // held by another thread
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HubException(repository.name(), "interrupted", e);
            }
        }
    }
}
