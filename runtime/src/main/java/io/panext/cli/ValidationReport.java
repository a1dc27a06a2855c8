package io.panext.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.SequenceWriter;
import io.panext.ConvNeXt;
import io.panext.validate.ClassFolders;
import io.panext.validate.Outcome;
import io.panext.validate.Score;
import io.panext.zoo.Preprocessing;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What {@code panext validate} tells.
 *
 * @param imagesPerSecond how fast it was, if any photograph was judged
 */
record ValidationReport(ConvNeXt model, ClassFolders classes, Score score,
        List<Outcome> outcomes, OptionalDouble imagesPerSecond) {

    /** The row that timm's {@code validate.py} writes. */
    record Result(String model, double top1, @JsonProperty("top1_err") double top1Error, double top5,
            @JsonProperty("top5_err") double top5Error, @JsonProperty("param_count") double millions,
            @JsonProperty("img_size") int size, @JsonProperty("crop_pct") double cropPct, String interpolation) {}

    /** The same in JSON, and what else there is to say. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Details(Result result, double loss, int images, int unreadable, Double imagesPerSecond, String classesBy) {}

    /** A class's row. */
    record ClassRow(int label, String name, String folder, int images, int unreadable, double top1, double top5,
            double loss) {}

    /** Prints the result. */
    void print(Format format, PrintWriter out) throws IOException {
        Double rate = imagesPerSecond.isPresent() ? Math.round(100 * imagesPerSecond.getAsDouble()) / 100.0 : null;
        switch (format) {
            case TEXT -> {
                var rows = new ArrayList<List<String>>(List.of(
                        List.of("preprocessing", Notation.settings(model.preprocessing())),
                        List.of("classes by", classes.rule()),
                        List.of("images", score.images() + ", " + score.unreadable() + " unreadable"),
                        List.of("top-1", Notation.decimal("%.3f %%", score.top1())),
                        List.of("top-5", Notation.decimal("%.3f %%", score.top5())),
                        List.of("loss", Notation.decimal("%.4f", score.loss()))));
                if (rate != null) {
                    rows.add(List.of("images/s", rate.toString()));
                }
                new Table(List.of("model", model.name()), rows).print(out);
            }
            case JSON -> Notation.json(out, new Details(result(), score.loss(), score.images(), score.unreadable(),
                    rate, classes.rule()));
            case CSV -> {
                try (SequenceWriter csv = Notation.csv(out, Result.class)) {
                    csv.write(result());
                }
            }
        }
    }

    /** Writes timm's row to a file. */
    void writeResult(Path file) throws IOException {
        CsvFile.write(file, Result.class, List.of(result()));
    }

    /** Writes a row for each class. */
    void writeClasses(Path file) throws IOException {
        Map<Integer, List<Outcome>> byLabel = outcomes.stream().collect(Collectors.groupingBy(Outcome::label));
        var folders = new TreeMap<Integer, String>();
        classes.labels().forEach((folder, label) -> folders.merge(label, folder, (a, b) -> a + "; " + b));
        CsvFile.write(file, ClassRow.class, folders.entrySet().stream().map(folder -> {
            int label = folder.getKey();
            Score of = Score.of(byLabel.getOrDefault(label, List.of()));
            return new ClassRow(label, model.labels().map(names -> names.get(label)).orElse("class " + label),
                    folder.getValue(), of.images(), of.unreadable(), rounded(of.top1()), rounded(of.top5()), of.loss());
        }).toList());
    }

    private Result result() {
        Preprocessing preprocessing = model.preprocessing();
        return new Result(model.name(), rounded(score.top1()), rounded(100 - score.top1()), rounded(score.top5()),
                rounded(100 - score.top5()), Math.round(model.spec().parameterCount() / 1e4) / 100.0,
                preprocessing.width(), preprocessing.cropPct(), Notation.lowerCase(preprocessing.interpolation()));
    }

    /** To four decimals, as timm does. */
    private static double rounded(double percent) {
        return Double.isNaN(percent) ? percent : Math.round(1e4 * percent) / 1e4;
    }
}
