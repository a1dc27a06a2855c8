package io.panext.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SequenceWriter;
import io.panext.Prediction;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes what images were found to show, one image after the other. */
sealed interface ClassificationReport extends AutoCloseable {

    /**
     * Begins a report.
     *
     * @param single whether there will be one image that needs no name
     */
    static ClassificationReport of(Format format, PrintWriter out, boolean single) throws IOException {
        return switch (format) {
            case TEXT -> single ? new Ranking(out) : new Lines(out);
            case JSON -> new Json(out, Json.begin(out));
            case CSV -> new Csv(Csv.begin(out));
        };
    }

    /**
     * Reports an image.
     *
     * @param predictions the best first
     */
    void add(String file, List<Prediction> predictions) throws IOException;

    /** Ends the report; the stream stays open. */
    @Override
    default void close() throws IOException {}

    /** A line for each class. */
    record Ranking(PrintWriter out) implements ClassificationReport {

        @Override
        public void add(String file, List<Prediction> predictions) {
            int width = Math.max(1,
                    predictions.stream().mapToInt(prediction -> prediction.label().length()).max().orElse(1));
            for (Prediction prediction : predictions) {
                out.printf(Locale.ROOT, "%-" + width + "s  %5.1f %%%n", prediction.label(),
                        100 * prediction.probability());
            }
            out.flush();
        }
    }

    /** A line for each image. */
    record Lines(PrintWriter out) implements ClassificationReport {

        @Override
        public void add(String file, List<Prediction> predictions) {
            out.println(file + ": "
                    + predictions.stream().map(Prediction::toString).collect(Collectors.joining("; ")));
            out.flush();
        }
    }

    /** An array with an object for each image. */
    record Json(PrintWriter out, JsonGenerator json) implements ClassificationReport {

        private static JsonGenerator begin(PrintWriter out) throws IOException {
            JsonGenerator json = Notation.json(out);
            json.writeStartArray();
            return json;
        }

        @Override
        public void add(String file, List<Prediction> predictions) throws IOException {
            json.writeStartObject();
            json.writeStringField("file", file);
            json.writePOJOField("predictions", predictions);
            json.writeEndObject();
            json.flush();
        }

        @Override
        public void close() throws IOException {
            json.writeEndArray();
            json.close();
            out.println();
            out.flush();
        }
    }

    /** A row for each class of each image. */
    record Csv(SequenceWriter rows) implements ClassificationReport {

        /** Columns of the table. */
        record Row(String file, int rank, int index, String label, float probability, float logit) {}

        private static SequenceWriter begin(PrintWriter out) throws IOException {
            return Notation.csv(out, Row.class);
        }

        @Override
        public void add(String file, List<Prediction> predictions) throws IOException {
            for (int i = 0; i < predictions.size(); i++) {
                Prediction prediction = predictions.get(i);
                rows.write(new Row(file, i + 1, prediction.index(), prediction.label(), prediction.probability(),
                        prediction.logit()));
            }
            rows.flush();
        }

        @Override
        public void close() throws IOException {
            rows.close();
        }
    }
}
