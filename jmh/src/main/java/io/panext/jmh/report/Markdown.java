package io.panext.jmh.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The report for people. */
final class Markdown {

    private static final List<String> MODEL_COLUMNS = List.of("model", "size", "batch", "threads", "runtime",
            "ms per run", "least", "quartiles", "GFLOP/s", "share of the ceiling");
    private static final List<String> LAYER_COLUMNS = List.of("model", "size", "batch", "layer", "backend",
            "us per run", "least", "quartiles", "GFLOP/s", "share of the ceiling");
    private static final List<String> MEMORY_COLUMNS = List.of("peak MiB");

    private Markdown() {}

    static String of(Findings findings) {
        List<Row> rows = findings.rows();
        var text = new StringBuilder(facts(findings.environment()));
        Ceiling ceiling = findings.ceiling();
        if (ceiling != null) {
            text.append(String.format(Locale.ROOT, "%nFMA ceiling of one core: %.1f GFLOP/s (at most %.1f)%n",
                    ceiling.perMicro(0.5) / 1e3, ceiling.perMicro(0) / 1e3));
        }
        List<String> peers = findings.peerColumns();
        List<String> backends = findings.layerColumns();
        text.append(table(columns(MODEL_COLUMNS, peers, MEMORY_COLUMNS),
                rows.stream().filter(row -> row.layer().isEmpty()).map(row -> model(row, peers)).toList()));
        text.append(table(columns(LAYER_COLUMNS, backends, List.of()),
                rows.stream().filter(row -> !row.layer().isEmpty()).map(row -> layer(row, backends)).toList()));
        return text.toString();
    }

    static String facts(Environment environment) {
        String versions = environment.versions().entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue()).collect(Collectors.joining(", "));
        return String.format(Locale.ROOT,
                "%s, commit %s, on %s; %s; %s. %s.%n",
                environment.time(), environment.commit(), environment.machine(), environment.system(),
                environment.jvm(), versions);
    }

    private static List<String> model(Row row, List<String> ratios) {
        return columns(List.of(row.model(), number(row.size()), number(row.batch()), number(row.threads()),
                row.runtime(), micros(row.medianMicros() / 1e3), micros(row.minMicros() / 1e3),
                micros(row.quarterMicros() / 1e3) + " to " + micros(row.threeQuarterMicros() / 1e3),
                format("%.0f", row.gflops()), share(row)), ratios(row, ratios),
                List.of(format("%d", row.peakMebibytes())));
    }

    private static List<String> layer(Row row, List<String> ratios) {
        return columns(List.of(row.model(), number(row.size()), number(row.batch()), row.layer(), row.runtime(),
                micros(row.medianMicros()), micros(row.minMicros()),
                micros(row.quarterMicros()) + " to " + micros(row.threeQuarterMicros()),
                format("%.0f", row.gflops()), share(row)), ratios(row, ratios), List.of());
    }

    private static List<String> ratios(Row row, List<String> columns) {
        return columns.stream().map(column -> format("%.2f", row.ratios().get(column))).toList();
    }

    private static String micros(double value) {
        return format(value < 100 ? "%.2f" : "%.0f", value);
    }

    private static String share(Row row) {
        return row.shareOfCeiling() == null ? "" : format("%.1f %%", 100 * row.shareOfCeiling());
    }

    private static String number(int value) {
        return Integer.toString(value);
    }

    static String format(String format, Number value) {
        return value == null ? "" : String.format(Locale.ROOT, format, value);
    }

    static List<String> columns(List<String> first, List<String> middle, List<String> last) {
        return Stream.of(first, middle, last).flatMap(List::stream).toList();
    }

    static String table(List<String> header, List<List<String>> rows) {
        if (rows.isEmpty()) {
            return "";
        }
        List<String> rule = IntStream.range(0, header.size()).mapToObj(_ -> "---").toList();
        return Stream.concat(Stream.of(header, rule), rows.stream())
                .map(cells -> "| " + String.join(" | ", cells) + " |\n").collect(Collectors.joining("", "\n", ""));
    }
}
