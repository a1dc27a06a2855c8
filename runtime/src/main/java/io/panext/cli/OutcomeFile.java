package io.panext.cli;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.panext.validate.Outcome;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Outcomes in a CSV file, a row as soon as there is one: an interrupted validation goes on where it stopped.
 *
 * <p>Each row says by which model and which preprocessing it came about, so that two validations do not get mixed.
 */
final class OutcomeFile implements Closeable {

    private static final CsvMapper CSV = new CsvMapper();
    private static final CsvSchema COLUMNS = CSV.schemaFor(Row.class);

    private final Path file;
    private final String setup;
    private final List<Outcome> found;
    private final SequenceWriter rows;

    /** Columns of the file; a row has classes and a loss, or a problem. */
    @JsonPropertyOrder({"setup", "file", "label", "top1", "top2", "top3", "top4", "top5", "loss", "problem"})
    record Row(String setup, String file, int label, Integer top1, Integer top2, Integer top3, Integer top4,
            Integer top5, Double loss, String problem) {

        private static Row of(String setup, Outcome outcome) {
            return new Row(setup, outcome.name(), outcome.label(), rank(outcome, 0), rank(outcome, 1),
                    rank(outcome, 2), rank(outcome, 3), rank(outcome, 4),
                    outcome.problem().isPresent() ? null : outcome.loss(), outcome.problem().orElse(null));
        }

        private static Integer rank(Outcome outcome, int rank) {
            return rank < outcome.best().size() ? outcome.best().get(rank) : null;
        }

        private Outcome outcome() {
            return new Outcome(file, label, Stream.of(top1, top2, top3, top4, top5).filter(Objects::nonNull).toList(),
                    loss == null ? Double.NaN : loss, Optional.ofNullable(problem).filter(text -> !text.isEmpty()));
        }
    }

    /**
     * Opens a file, to be begun or gone on with.
     *
     * @param setup model and preprocessing
     * @throws CommandException if the file is another's, or cannot be read or written
     */
    OutcomeFile(Path file, String setup) throws CommandException {
        this.file = file;
        this.setup = setup;
        try {
            this.found = Files.exists(file) && Files.size(file) > 0 ? read() : List.of();
            Writer out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            this.rows = CSV.writer(Files.size(file) == 0 ? COLUMNS.withHeader() : COLUMNS).writeValues(out);
        } catch (IOException e) {
            throw CsvFile.refused(file, "used", e);
        }
    }

    /** What earlier runs found out; files that could not be read are to be tried again. */
    List<Outcome> found() {
        return found;
    }

    /** Adds a row, and sees that it is in the file. */
    void add(Outcome outcome) {
        try {
            rows.write(Row.of(setup, outcome));
            rows.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(new IOException(file + ": cannot be written: " + e.getMessage(), e));
        }
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }

    private List<Outcome> read() throws IOException, CommandException {
        byte[] text = Files.readAllBytes(file);
        // a run that was killed may have left half a line, and of that half a character
        int end = text.length;
        while (end > 0 && text[end - 1] != '\n') {
            end--;
        }
        boolean begun = end > 0 || !header().startsWith(new String(text, StandardCharsets.UTF_8));
        List<Outcome> outcomes = begun ? outcomes(new String(text, 0, end, StandardCharsets.UTF_8)) : List.of();
        if (end < text.length) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(end);
            }
        }
        return outcomes;
    }

    private static String header() {
        return String.join(",", COLUMNS.getColumnNames());
    }

    private List<Outcome> outcomes(String text) throws IOException, CommandException {
        var outcomes = new ArrayList<Outcome>();
        try (MappingIterator<Row> read = CSV.readerFor(Row.class)
                .with(COLUMNS.withHeader().withStrictHeaders(true)).readValues(text)) {
            while (read.hasNextValue()) {
                Row row = read.nextValue();
                if (!row.setup.equals(setup)) {
                    throw new CommandException(file + ": has outcomes of another validation: " + row.setup + ", not "
                            + setup);
                }
                if (row.outcome().problem().isEmpty()) {
                    outcomes.add(row.outcome());
                }
            }
        } catch (JsonProcessingException e) {
            throw new CommandException(file + ": is no file of outcomes: " + e.getOriginalMessage().lines().findFirst()
                    .orElse(""));
        }
        return outcomes;
    }
}
