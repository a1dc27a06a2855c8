package io.panext.zoo;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The classes of ImageNet-1k, in the order of their WordNet ids, which is that of all published classifiers. A class is
 * called by the first word that WordNet 3.0 has for it.
 */
final class ImageNet {

    static final Labels CLASSES = load();

    private ImageNet() {}

    private static Labels load() {
        var ids = new ArrayList<String>();
        var names = new ArrayList<String>();
        try (CsvParser csv = new CsvFactory().createParser(ImageNet.class.getResourceAsStream("imagenet1k.csv"))) {
            csv.setSchema(CsvSchema.emptySchema().withHeader());
            while (csv.nextToken() == JsonToken.START_OBJECT) {
                while (csv.nextToken() == JsonToken.FIELD_NAME) {
                    List<String> column = csv.currentName().equals("synset") ? ids : names;
                    column.add(csv.nextTextValue());
                }
            }
            return new Labels(names, ids);
        } catch (IOException e) {
            throw new UncheckedIOException("the table of ImageNet's classes in the jar is damaged", e);
        }
    }
}
