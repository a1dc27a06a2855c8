package io.panext.jmh.report;

import java.util.List;

/**
 * A line of the table of steps: one kind of step, or all kinds of a part, whose times and bounds are sums.
 *
 * <p>What is derived is derived from the fastest eighth, of the steps as of the ceilings: neighbours make a machine
 * slower, never faster.
 *
 * @param part         of the model
 * @param kernel       what runs it; empty for a part
 * @param input        shape of the map that it works on; empty for a part
 * @param output       shape of the map that it gives; empty for a part
 * @param count        how many steps
 * @param medianMicros of all of them together, over the runs
 * @param fastMicros   an eighth of the runs took no longer for them
 * @param gflops       operations of convolutions and linears in a nanosecond
 * @param boundMicros  the least that they need
 * @param limit        what bounds them; null for a part, whose steps differ
 * @param shareOfBound bound over time
 */
public record StepRow(String part, String kernel, String input, String output, int count, double medianMicros,
        double fastMicros, double gflops, double boundMicros, Limit limit, double shareOfBound) {

    static final double FASTEST = 0.125;

    static StepRow of(StepTime time, Ceilings ceilings, int threads) {
        StepKind kind = time.kind();
        return of(kind.part(), kind.kernel(), kind.input(), kind.output(), List.of(time), ceilings, threads,
                time.limit(ceilings, FASTEST));
    }

    static StepRow of(String part, List<StepTime> times, Ceilings ceilings, int threads) {
        return of(part, "", "", "", times, ceilings, threads, null);
    }

    private static StepRow of(String part, String kernel, String input, String output, List<StepTime> times,
            Ceilings ceilings, int threads, Limit limit) {
        double fast = micros(times, FASTEST);
        double flop = times.stream().mapToDouble(time -> time.count() * time.kind().flop()).sum();
        double bound = boundMicros(times, ceilings, threads, FASTEST);
        return new StepRow(part, kernel, input, output, times.stream().mapToInt(StepTime::count).sum(),
                micros(times, 0.5), fast, flop / fast / 1e3, bound, limit, bound / fast);
    }

    static double micros(List<StepTime> times, double quantile) {
        return times.stream().mapToDouble(time -> time.samples().quantile(quantile)).sum();
    }

    static double boundMicros(List<StepTime> times, Ceilings ceilings, int threads, double quantile) {
        return times.stream().mapToDouble(time -> time.boundMicros(ceilings, quantile, threads)).sum();
    }
}
