package io.panext.zoo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a classifier's outputs are called.
 *
 * @param names one name for each class, in the order of the logits
 */
public record Labels(List<String> names) {

    /** Copies the names. */
    public Labels {
        names = List.copyOf(names);
    }

    /**
     * Reads a text file with one name a line, in UTF-8.
     *
     * @throws IOException if the file cannot be read
     */
    public static Labels read(Path file) throws IOException {
        return new Labels(Files.readAllLines(file));
    }

    /**
     * Returns the name of a class.
     *
     * @throws IndexOutOfBoundsException if there is no such class
     */
    public String get(int label) {
        return names.get(label);
    }

    /** Number of classes. */
    public int size() {
        return names.size();
    }
}
