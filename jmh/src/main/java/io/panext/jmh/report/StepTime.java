package io.panext.jmh.report;

import java.util.Comparator;
import java.util.stream.Stream;

/**
 * All steps of one kind.
 *
 * @param kind    what each of them does
 * @param count   how many there are
 * @param samples times of all of them together, one for each run
 */
public record StepTime(StepKind kind, int count, Samples samples) {

    /** Returns what takes these steps longest even at the ceilings. */
    Limit limit(Ceilings ceilings, double quantile) {
        return Stream.of(Limit.values())
                .max(Comparator.comparingDouble(limit -> limit.micros(kind, ceilings, quantile))).orElseThrow();
    }

    /** Returns the time that so many threads need at the ceilings. */
    double boundMicros(Ceilings ceilings, double quantile, int threads) {
        return count * limit(ceilings, quantile).micros(kind, ceilings, quantile) / threads;
    }
}
