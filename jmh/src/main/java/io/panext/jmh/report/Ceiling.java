package io.panext.jmh.report;

/**
 * The most that one core can do of something.
 *
 * @param amount  operations or bytes of a sample
 * @param samples times
 */
public record Ceiling(double amount, Samples samples) {

    /** Returns the amount in a microsecond, as fast as that share of the samples was. */
    double perMicro(double quantile) {
        return amount / samples.quantile(quantile);
    }
}
