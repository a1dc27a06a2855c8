package io.panext.jmh.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A workload in a file of its own, in the format of a runtime, until it is closed. */
public final class ModelFile implements AutoCloseable {

    private final Path folder;
    private final Path path;

    private ModelFile(Path folder, Path path) {
        this.folder = folder;
        this.path = path;
    }

    /**
     * Writes a workload for a runtime.
     *
     * @throws IOException if it cannot be written; nothing of it is left then
     */
    public static ModelFile of(Peer peer, Workload work) throws IOException {
        return in(Files.createTempDirectory("panext-peer"), peer, work);
    }

    /** Writes into a folder that the file owns from then on. */
    static ModelFile in(Path folder, Peer peer, Workload work) throws IOException {
        try {
            return new ModelFile(folder, peer.write(work, folder));
        } catch (IOException | RuntimeException | Error e) {
            try {
                delete(folder);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** Deletes it. */
    @Override
    public void close() throws IOException {
        delete(folder);
    }

    private static void delete(Path folder) throws IOException {
        List<Path> innermostFirst;
        try (Stream<Path> paths = Files.walk(folder)) {
            innermostFirst = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : innermostFirst) {
            Files.delete(path);
        }
    }
}
