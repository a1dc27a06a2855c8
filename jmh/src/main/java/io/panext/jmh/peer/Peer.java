package io.panext.jmh.peer;

import java.io.IOException;
import java.nio.file.Path;

/** A runtime that is measured. To add one, implement this and name it in {@link Peers}. */
public interface Peer {

    /** Name and variant, as reports have it. */
    String name();

    /** Version of the runtime. */
    String version();

    /**
     * Writes the weights of a workload in the runtime's own format.
     *
     * @return the file, in {@code folder}
     */
    Path write(Workload work, Path folder) throws IOException;

    /**
     * Loads what {@link #write} wrote, ready to run with the workload's threads.
     *
     * @throws IOException if it cannot be read
     */
    Model load(Path file, Workload work) throws IOException;

    /** Writes a workload to a file, loads it, and deletes the file. */
    default Model open(Workload work) throws IOException {
        try (ModelFile file = ModelFile.of(this, work)) {
            return load(file.path(), work);
        }
    }

    /** A model with the images that it will run on, for one thread at a time. */
    interface Model extends AutoCloseable {

        /** Runs the model once and returns the logits, row-major {@code [batch, classes]}. */
        float[] run();

        @Override
        void close();
    }
}
