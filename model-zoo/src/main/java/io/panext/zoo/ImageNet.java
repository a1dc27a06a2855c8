package io.panext.zoo;

import java.util.List;
import java.util.Map;

/**
 * The classes of ImageNet-1k, in the order of their WordNet ids, which is that of all published classifiers. A class is
 * called by the first word that WordNet 3.0 has for it.
 */
final class ImageNet {

    static final Labels CLASSES = load();

    private ImageNet() {}

    private static Labels load() {
        List<Map<String, String>> rows = CsvResource.rows("imagenet1k.csv");
        return new Labels(column(rows, "name"), column(rows, "synset"));
    }

    private static List<String> column(List<Map<String, String>> rows, String name) {
        return rows.stream().map(row -> row.get(name)).toList();
    }
}
