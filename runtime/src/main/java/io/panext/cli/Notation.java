package io.panext.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import io.panext.zoo.Preprocessing;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * How values are written: JSON and CSV, which programs read, and words. Closing a writer flushes the stream and leaves it
 * open.
 */
final class Notation {

    private static final DefaultIndenter NEW_LINE = new DefaultIndenter("  ", "\n");

    private Notation() {}

    /** Begins JSON. */
    static JsonGenerator json(PrintWriter out) throws IOException {
        return JsonMapper.builder().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET).build().createGenerator(out)
                .setPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(NEW_LINE));
    }

    /** Writes a value as JSON, and ends the line. */
    static void json(PrintWriter out, Object value) throws IOException {
        try (JsonGenerator json = json(out)) {
            json.writePOJO(value);
        }
        out.println();
    }

    /**
     * Begins CSV with a header.
     *
     * @param row the record whose components are the columns, in their order
     */
    static SequenceWriter csv(PrintWriter out, Class<? extends Record> row) throws IOException {
        CsvMapper csv = CsvMapper.builder().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING).build();
        return csv.writer(csv.schemaFor(row).withHeader()).writeValues(out);
    }

    /** Says in one line how photographs are prepared. */
    static String settings(Preprocessing preprocessing) {
        return String.format(Locale.ROOT, "%dx%d, crop %s %s, %s, mean %s, std %s", preprocessing.height(),
                preprocessing.width(), preprocessing.cropPct(), lowerCase(preprocessing.cropMode()),
                lowerCase(preprocessing.interpolation()), preprocessing.mean(), preprocessing.std());
    }

    /** A number as a pattern has it, with a decimal point everywhere. */
    static String decimal(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }

    /** A constant as users write it. */
    static String lowerCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
