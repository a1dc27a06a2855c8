package io.panext.zoo;

import java.util.List;

/**
 * What a classifier's outputs are called.
 *
 * @param names one name for each class, in the order of the logits
 * @param ids   what data sets call the same classes, WordNet ids such as {@code n01440764}; empty if nobody said
 */
public record Labels(List<String> names, List<String> ids) {

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if there are ids, but not one for each name
     */
    public Labels {
        names = List.copyOf(names);
        ids = List.copyOf(ids);
        if (!ids.isEmpty() && ids.size() != names.size()) {
            throw new IllegalArgumentException(names.size() + " labels, but " + ids.size() + " ids");
        }
    }

    /** Labels without ids. */
    public Labels(List<String> names) {
        this(names, List.of());
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
