package io.panext.jmh.report;

import io.panext.jmh.peer.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;

/**
 * Where the time of a model goes, and where it has to go.
 *
 * <p>Bounds are those of the roofline model (Williams, Waterman and Patterson, Roofline: an insightful visual
 * performance model for multicore architectures, CACM 52(4), 2009), with a roof for each {@link Limit}: a step takes at
 * least as long as its multiplications and additions at the ceiling of their precision, as its weights from where weights
 * are, and as its maps and weights through the second level of cache, each byte once, whichever takes longest. That the
 * three overlap without loss, that nothing is read twice and that norms, sums and residuals cost nothing besides is
 * granted; GELU is counted. With several threads each is granted all that one has alone, which memory does not give.
 *
 * @param environment where
 * @param runtime     panext, with its backend
 * @param work        what was run
 * @param ceilings    of one core
 * @param steps       in the order in which the first of each kind runs
 * @param whole       times of runs that nobody watched
 * @param onnxRuntime times of ONNX Runtime for the same work
 */
public record StepFindings(Environment environment, String runtime, Workload work, Ceilings ceilings,
        List<StepTime> steps, Samples whole, Samples onnxRuntime) {

    /**
     * A time beside ONNX Runtime's.
     *
     * @param what          whose
     * @param medianMicros  of the runs, or at the median of the ceilings
     * @param fastMicros    likewise of the fastest eighth
     * @param toOnnxRuntime median as a multiple of ONNX Runtime's
     */
    public record Mark(String what, double medianMicros, double fastMicros, double toOnnxRuntime) {}

    /** Copies the list. */
    public StepFindings {
        steps = List.copyOf(steps);
    }

    /** Returns a row for each part, one for all, and one for each kind of step. */
    public List<StepRow> rows() {
        Map<String, List<StepTime>> parts = steps.stream().sorted(Comparator.comparing(time -> time.kind().part()))
                .collect(Collectors.groupingBy(time -> time.kind().part(), LinkedHashMap::new, Collectors.toList()));
        var rows = new ArrayList<StepRow>();
        parts.forEach((part, times) -> rows.add(StepRow.of(part, times, ceilings, work.threads())));
        rows.add(StepRow.of("all", steps, ceilings, work.threads()));
        steps.forEach(time -> rows.add(StepRow.of(time, ceilings, work.threads())));
        return rows;
    }

    /** Returns what there is to beat, what panext takes, and what nobody can beat. */
    public List<Mark> marks() {
        return List.of(mark("ONNX Runtime", onnxRuntime::quantile), mark(runtime, whole::quantile),
                mark("its steps", quantile -> StepRow.micros(steps, quantile)),
                mark("their bounds", quantile -> StepRow.boundMicros(steps, ceilings, work.threads(), quantile)),
                mark("multiplications and additions alone, at the ceiling", this::flopMicros));
    }

    private Mark mark(String what, DoubleUnaryOperator micros) {
        double median = micros.applyAsDouble(0.5);
        return new Mark(what, median, micros.applyAsDouble(StepRow.FASTEST), median / onnxRuntime.median());
    }

    /** Returns what the whole model reaches of what its multiplications and additions could. */
    double shareOfCeiling(double quantile) {
        return flopMicros(quantile) / whole.quantile(quantile);
    }

    private double flopMicros(double quantile) {
        return steps.stream().mapToDouble(step -> step.count() * step.kind().flopMicros(ceilings, quantile)).sum()
                / work.threads();
    }
}
