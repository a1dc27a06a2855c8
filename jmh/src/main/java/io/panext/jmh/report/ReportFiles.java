package io.panext.jmh.report;

import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import io.panext.zoo.checkpoint.CompleteFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of a report: a table for people, one for spreadsheets, and everything, raw samples too, for programs. */
public final class ReportFiles {

    private ReportFiles() {}

    /**
     * Writes {@code report.md}, {@code report.csv} and {@code report.json}.
     *
     * @param folder made if it is not there
     * @return the text of the first
     * @throws IOException if a file cannot be written
     */
    public static String write(Findings findings, Path folder) throws IOException {
        Files.createDirectories(folder);
        String markdown = Markdown.of(findings);
        CompleteFile.write(folder.resolve("report.md"), markdown.getBytes(StandardCharsets.UTF_8));
        CsvMapper csv = CsvMapper.builder().disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY).build();
        CompleteFile.write(folder.resolve("report.csv"),
                csv.writer(csv.schemaFor(Row.class).withHeader()).writeValueAsBytes(findings.rows()));
        CompleteFile.write(folder.resolve("report.json"),
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT)
                        .build().writeValueAsBytes(findings));
        return markdown;
    }
}
