package io.panext.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import java.io.IOException;
import java.io.PrintWriter;

/** The notations that programs read. Closing what they return flushes the stream and leaves it open. */
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
     * @param row the record whose components are the columns
     */
    static SequenceWriter csv(PrintWriter out, Class<? extends Record> row) throws IOException {
        CsvMapper csv = CsvMapper.builder().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET).build();
        return csv.writer(csv.schemaFor(row).withHeader()).writeValues(out);
    }
}
