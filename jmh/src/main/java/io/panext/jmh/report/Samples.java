package io.panext.jmh.report;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * Times of one thing, one for each iteration of each process.
 *
 * @param micros microseconds, in the order in which they were measured
 */
public record Samples(List<Double> micros) {

    private static final String UNIT = "us/op";

    /** @throws IllegalArgumentException if there are none */
    public Samples {
        micros = List.copyOf(micros);
        if (micros.isEmpty()) {
            throw new IllegalArgumentException("no samples");
        }
    }

    /**
     * Returns the scores of all iterations.
     *
     * @throws IllegalArgumentException if they are not microseconds of an operation
     */
    public static Samples of(Collection<RunResult> results) {
        return new Samples(results.stream().flatMap(result -> result.getBenchmarkResults().stream())
                .flatMap(fork -> fork.getIterationResults().stream())
                .map(iteration -> micros(iteration.getPrimaryResult())).toList());
    }

    private static double micros(Result<?> result) {
        if (!result.getScoreUnit().equals(UNIT)) {
            throw new IllegalArgumentException(result.getScoreUnit() + " instead of " + UNIT);
        }
        return result.getScore();
    }

    /** Returns the value below which a share of the samples lies, between two samples if need be. */
    public double quantile(double share) {
        List<Double> sorted = micros.stream().sorted(Comparator.naturalOrder()).toList();
        double at = share * (sorted.size() - 1);
        int below = (int) at;
        int above = Math.min(below + 1, sorted.size() - 1);
        return sorted.get(below) + (at - below) * (sorted.get(above) - sorted.get(below));
    }

    /** Returns the median. */
    public double median() {
        return quantile(0.5);
    }
}
