package io.panext.zoo;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The CSV files in this module's jar. */
final class CsvResource {

    private CsvResource() {}

    /**
     * Reads a file.
     *
     * @param resource CSV with a header, beside this class
     * @return its rows: cells by their columns' names
     */
    static List<Map<String, String>> rows(String resource) {
        // without ObjectMapper, which is a sixth of a start
        try (CsvParser csv = new CsvFactory().createParser(CsvResource.class.getResourceAsStream(resource))) {
            csv.setSchema(CsvSchema.emptySchema().withHeader());
            var rows = new ArrayList<Map<String, String>>();
            while (csv.nextToken() == JsonToken.START_OBJECT) {
                var cells = new HashMap<String, String>();
                while (csv.nextToken() == JsonToken.FIELD_NAME) {
                    cells.put(csv.currentName(), csv.nextTextValue());
                }
                rows.add(cells);
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " in the jar is damaged", e);
        }
    }
}
