package io.panext.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What came of a command line. */
record Invocation(int status, String out, String err) {

    static final Path SAMPLES = Path.of("../model-zoo/samples");
    static final Path CAT = SAMPLES.resolve("chelsea.png");

    /** Runs a command in this process. */
    static Invocation of(Object... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(out), new PrintWriter(err),
                Stream.of(args).map(Object::toString).toArray(String[]::new));
        return new Invocation(status, out.toString(), err.toString());
    }

    List<String> outLines() {
        return out.lines().toList();
    }

    List<String> errLines() {
        return err.lines().toList();
    }

    JsonNode json() throws IOException {
        return JsonMapper.builder().build().readTree(out);
    }

    List<Map<String, String>> csv() throws IOException {
        try (MappingIterator<Map<String, String>> rows = new CsvMapper().readerForMapOf(String.class)
                .with(CsvSchema.emptySchema().withHeader()).readValues(out)) {
            return rows.readAll();
        }
    }
}
