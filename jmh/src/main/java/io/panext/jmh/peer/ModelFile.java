package io.panext.jmh.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A workload in a file of its own, in the format of a runtime, until it is closed. */
public final class ModelFile implements AutoCloseable {

    private final Path folder;
    private final Path path;

    private ModelFile(Path folder, Path path) {
        this.folder = folder;
        this.path = path;
    }

    /** Writes a workload for a runtime. */
    public static ModelFile of(Peer peer, Workload work) throws IOException {
        Path folder = Files.createTempDirectory("panext-peer");
        return new ModelFile(folder, peer.write(work, folder));
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Deletes it. */
    @Override
    public void close() throws IOException {
        Files.delete(path);
        Files.delete(folder);
    }
}
