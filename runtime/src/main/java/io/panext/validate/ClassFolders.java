package io.panext.validate;

import io.panext.zoo.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Which class each folder of a data set stands for.
 *
 * @param labels class by the folder's name
 * @param rule   how it was found, for people: {@code name}, {@code WordNet id}, …
 */
public record ClassFolders(Map<String, Integer> labels, String rule) {

    private static final int NAMED_AT_MOST = 3;

    /** Copies the map. */
    public ClassFolders {
        labels = Map.copyOf(labels);
    }

    /**
     * Finds the classes: by the labels' names, by their ids or, if there are as many folders as classes, by their order,
     * as torchvision's ImageFolder has it.
     *
     * @param folders names of the folders
     * @param classes outputs of the model
     * @param labels  their names, if known
     * @throws IllegalArgumentException if no way fits
     */
    public static ClassFolders of(List<String> folders, int classes, Optional<Labels> labels) {
        requireAny(folders);
        Map<String, Integer> byName = labels.map(ClassFolders::byName).orElse(Map.of());
        Map<String, Integer> byId = labels.map(known -> numbered(known.ids())).orElse(Map.of());
        if (folders.stream().allMatch(folder -> byName.containsKey(plain(folder)))) {
            return select(folders, folder -> byName.get(plain(folder)), "name");
        }
        if (folders.stream().allMatch(byId::containsKey)) {
            return select(folders, byId::get, "WordNet id");
        }
        if (folders.size() == classes) {
            return new ClassFolders(numbered(folders.stream().sorted().toList()), "sorted order");
        }
        List<String> strangers = folders.stream().filter(folder -> !byName.containsKey(plain(folder))
                && !byId.containsKey(folder)).limit(NAMED_AT_MOST).toList();
        throw new IllegalArgumentException(folders.size() + " class folders for " + classes + " classes, and "
                + (strangers.isEmpty()
                        ? "names and ids are mixed"
                        : String.join(", ", strangers)
                                + " match no label")
                + "; a class map would say which they are");
    }

    /**
     * Finds the classes by a list.
     *
     * @param map folders' names in the order of the model's outputs
     * @throws IllegalArgumentException if there are none, a folder is not in the list, or the list is longer than the outputs
     */
    public static ClassFolders of(List<String> folders, int classes, List<String> map) {
        requireAny(folders);
        if (map.size() > classes) {
            throw new IllegalArgumentException("the class map has " + map.size() + " classes, the model " + classes);
        }
        Map<String, Integer> byMap = numbered(map);
        for (String folder : folders) {
            if (!byMap.containsKey(folder)) {
                throw new IllegalArgumentException("folder " + folder + " is not in the class map");
            }
        }
        return select(folders, byMap::get, "class map");
    }

    private static void requireAny(List<String> folders) {
        if (folders.isEmpty()) {
            throw new IllegalArgumentException("no folders in it, one for each class");
        }
    }

    private static ClassFolders select(List<String> folders, Function<String, Integer> label,
            String rule) {
        var labels = new HashMap<String, Integer>();
        folders.forEach(folder -> labels.put(folder, label.apply(folder)));
        return new ClassFolders(labels, rule);
    }

    /** A label may be several synonyms; one that two classes share, as ImageNet's cranes do, tells nothing. */
    private static Map<String, Integer> byName(Labels labels) {
        var byName = new HashMap<String, Integer>();
        var ambiguous = new ArrayList<String>();
        for (int label = 0; label < labels.size(); label++) {
            var names = new ArrayList<String>(List.of(labels.get(label).split(",")));
            names.add(labels.get(label));
            for (String name : names.stream().map(ClassFolders::plain).distinct().toList()) {
                if (byName.putIfAbsent(name, label) != null) {
                    ambiguous.add(name);
                }
            }
        }
        byName.keySet().removeAll(ambiguous);
        return byName;
    }

    private static String plain(String name) {
        return name.strip().toLowerCase(Locale.ROOT).replaceAll("[ _]+", " ");
    }

    private static Map<String, Integer> numbered(List<String> names) {
        var numbered = new HashMap<String, Integer>();
        IntStream.range(0, names.size()).forEach(index -> numbered.putIfAbsent(names.get(index), index));
        return numbered;
    }
}
