package io.panext.cli;

import com.fasterxml.jackson.databind.SequenceWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;

/** A table in a file of its own. */
final class CsvFile {

    private CsvFile() {}

    /**
     * Writes a file, or replaces it once all is written.
     *
     * @param row the record whose components are the columns
     * @throws CommandException if the file cannot be written
     */
    static <R extends Record> void write(Path file, Class<R> row, List<R> rows) throws CommandException {
        StringWriter text = new StringWriter();
        Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try (SequenceWriter csv = Notation.csv(new PrintWriter(text), row)) {
            csv.writeAll(rows);
            csv.flush();
            try {
                Files.writeString(temporary, text.toString(), StandardOpenOption.CREATE_NEW);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw refused(file, "written", e);
        }
    }

    /** Puts the operating system's refusal into words. */
    static CommandException refused(Path file, String attempt, IOException e) {
        String reason = switch (e) {
            case NoSuchFileException _ -> "no such directory";
            case AccessDeniedException _ -> "permission denied";
            default -> e.getMessage();
        };
        return new CommandException(file + ": cannot be " + attempt + ": " + reason);
    }
}
