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
import java.util.List;

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
        return write(folder, "report", Markdown.of(findings), Row.class, findings.rows(), findings);
    }

    /** Writes {@code steps.md}, {@code steps.csv} and {@code steps.json}: see {@link #write(Findings, Path)}. */
    public static String write(StepFindings findings, Path folder) throws IOException {
        return write(folder, "steps", StepMarkdown.of(findings), StepRow.class, findings.rows(), findings);
    }

    private static String write(Path folder, String name, String markdown, Class<?> row, List<?> rows, Object findings)
            throws IOException {
        Files.createDirectories(folder);
        CompleteFile.write(folder.resolve(name + ".md"), markdown.getBytes(StandardCharsets.UTF_8));
        CsvMapper csv = CsvMapper.builder().disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY).build();
        CompleteFile.write(folder.resolve(name + ".csv"),
                csv.writer(csv.schemaFor(row).withHeader()).writeValueAsBytes(rows));
        CompleteFile.write(folder.resolve(name + ".json"),
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT)
                        .build().writeValueAsBytes(findings));
        return markdown;
    }
}
