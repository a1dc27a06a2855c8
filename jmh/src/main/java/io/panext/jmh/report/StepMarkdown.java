package io.panext.jmh.report;

import java.util.List;
import java.util.Locale;

/** The report on steps, for people. */
final class StepMarkdown {

    private static final List<String> MARK_COLUMNS = List.of("", "ms, median", "ms, fastest eighth",
            "/ ONNX Runtime");
    private static final List<String> TIME_COLUMNS = List.of("steps", "ms, median", "ms, fastest eighth", "GFLOP/s",
            "bound, ms", "share of the bound");

    private StepMarkdown() {}

    static String of(StepFindings findings) {
        List<StepRow> rows = findings.rows();
        return Markdown.facts(findings.environment()) + ceilings(findings)
                + Markdown.table(MARK_COLUMNS, findings.marks().stream().map(StepMarkdown::mark).toList())
                + Markdown.table(Markdown.columns(List.of("part"), TIME_COLUMNS, List.of()),
                        rows.stream().filter(row -> row.kernel().isEmpty()).map(StepMarkdown::part).toList())
                + Markdown.table(
                        Markdown.columns(List.of("kernel", "input", "output"), TIME_COLUMNS, List.of("bound by")),
                        rows.stream().filter(row -> !row.kernel().isEmpty()).map(StepMarkdown::kind).toList());
    }

    private static String ceilings(StepFindings findings) {
        Ceilings ceilings = findings.ceilings();
        return String.format(Locale.ROOT,
                "%n%s on %s, batch %d, %d threads. One core at most (median; fastest eighth): %s GFLOP/s of fp32 FMA, "
                        + "%sreads %s GB/s from the second level of cache, %s GB/s from %.0f MB, as much as the weights, "
                        + "%s GB/s from memory. The model as a whole reaches %.1f %% of the ceiling of its "
                        + "multiplications and additions (%.1f %%).%n",
                findings.work().model(), findings.runtime(), findings.work().batch(), findings.work().threads(),
                rates(ceilings.fma()), products(ceilings), rates(ceilings.cache()), rates(ceilings.weights()),
                ceilings.weights().amount() / 1e6, rates(ceilings.memory()), 100 * findings.shareOfCeiling(0.5),
                100 * findings.shareOfCeiling(StepRow.FASTEST));
    }

    private static String products(Ceilings ceilings) {
        return ceilings.products().equals(ceilings.fma())
                ? ""
                : rates(ceilings.products()) + " GFLOP/s of bf16 products, ";
    }

    private static String rates(Ceiling ceiling) {
        return String.format(Locale.ROOT, "%.1f (%.1f)", ceiling.perMicro(0.5) / 1e3,
                ceiling.perMicro(StepRow.FASTEST) / 1e3);
    }

    private static List<String> mark(StepFindings.Mark mark) {
        return List.of(mark.what(), millis(mark.medianMicros()), millis(mark.fastMicros()),
                Markdown.format("%.3f", mark.toOnnxRuntime()));
    }

    private static List<String> part(StepRow row) {
        return Markdown.columns(List.of(row.part()), times(row), List.of());
    }

    private static List<String> kind(StepRow row) {
        return Markdown.columns(List.of(row.kernel(), row.input(), row.output()), times(row),
                List.of(row.limit().toString()));
    }

    private static List<String> times(StepRow row) {
        return List.of(Integer.toString(row.count()), millis(row.medianMicros()), millis(row.fastMicros()),
                Markdown.format("%.0f", row.gflops()), millis(row.boundMicros()),
                Markdown.format("%.0f %%", 100 * row.shareOfBound()));
    }

    private static String millis(double micros) {
        return Markdown.format("%.2f", micros / 1e3);
    }
}
