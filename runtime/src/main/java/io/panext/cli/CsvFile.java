package io.panext.cli;

import com.fasterxml.jackson.databind.SequenceWriter;
import io.panext.zoo.checkpoint.CompleteFile;
import io.panext.zoo.checkpoint.FileRefusal;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A table in a file of its own. */
final class CsvFile {

    private CsvFile() {}

    /**
     * Writes a file, or replaces it once all is written.
     *
     * @param row the record whose components are the columns
     * @throws IOException if the file cannot be written
     */
    static <R extends Record> void write(Path file, Class<R> row, List<R> rows) throws IOException {
        StringWriter text = new StringWriter();
        try (SequenceWriter csv = Notation.csv(new PrintWriter(text), row)) {
            csv.writeAll(rows);
        }
        CompleteFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Puts the operating system's refusal into words. */
    static CommandException refused(Path file, String attempt, IOException e) {
        String reason = e instanceof NoSuchFileException ? "no such directory" : FileRefusal.reason(e);
        return new CommandException(file + ": cannot be " + attempt + ": " + reason);
    }
}
