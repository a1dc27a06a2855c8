package io.panext.jmh.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.panext.zoo.checkpoint.CompleteFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of a report: a table for people, one for spreadsheets, and everything, raw samples too, for programs. */
public final class ReportFiles {

    private ReportFiles() {}

    /**
     * Writes {@code report.md}, {@code report.csv} and {@code report.json}.
     *
     * @param findings with a row at least
     * @param folder made if it is not there
     * @return the text of the first
     * @throws IOException if a file cannot be written
     */
    public static String write(Findings findings, Path folder) throws IOException {
        return write(folder, "report", Markdown.of(findings), findings, findings.rows());
    }

    /** Writes {@code steps.md}, {@code steps.csv} and {@code steps.json}: see {@link #write(Findings, Path)}. */
    public static String write(StepFindings findings, Path folder) throws IOException {
        return write(folder, "steps", StepMarkdown.of(findings), findings, findings.rows());
    }

    private static String write(Path folder, String name, String markdown, Record findings,
            List<? extends Record> rows) throws IOException {
        ObjectMapper json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        ObjectNode everything = json.valueToTree(findings);
        everything.set("rows", json.valueToTree(rows));
        Files.createDirectories(folder);
        CompleteFile.write(folder.resolve(name + ".md"), markdown.getBytes(StandardCharsets.UTF_8));
        CompleteFile.write(folder.resolve(name + ".csv"), csv(everything.get("rows")));
        CompleteFile.write(folder.resolve(name + ".json"), json.writeValueAsBytes(everything));
        return markdown;
    }

    /** All rows have the columns of the first. */
    private static byte[] csv(JsonNode rows) throws IOException {
        var columns = CsvSchema.builder();
        flat(rows.get(0)).fieldNames().forEachRemaining(columns::addColumn);
        List<ObjectNode> lines = rows.valueStream().map(ReportFiles::flat).toList();
        return new CsvMapper().writer(columns.build().withHeader()).writeValueAsBytes(lines);
    }

    /** Returns a row in which what a map holds stands among the rest. */
    private static ObjectNode flat(JsonNode row) {
        ObjectNode flat = JsonNodeFactory.instance.objectNode();
        row.properties().forEach(property -> {
            if (property.getValue() instanceof ObjectNode map) {
                flat.setAll(map);
            } else {
                flat.set(property.getKey(), property.getValue());
            }
        });
        return flat;
    }
}
