package io.panext.zoo;

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
