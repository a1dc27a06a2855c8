package io.panext.kernels;

/** The standard normal distribution in double precision, within 1e-15. */
final class NormalDistribution {

    private static final double SERIES_LIMIT = 3;
    private static final int FRACTION_TERMS = 200;

    private NormalDistribution() {}

    /** Returns {@code Φ(x) = (1 + erf(x / √2)) / 2}. */
    static double cumulative(double x) {
        if (Math.abs(x) < SERIES_LIMIT) {
            return 0.5 + density(x) * series(x);
        }
        return x < 0 ? upperTail(-x) : 1 - upperTail(x);
    }

    private static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    /** {@code x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + …}, without cancellation since all terms have one sign. */
    private static double series(double x) {
        double term = x;
        double sum = 0;
        for (int odd = 3; sum + term != sum; odd += 2) {
            sum += term;
            term *= x * x / odd;
        }
        return sum;
    }

    /** Laplace's continued fraction {@code φ(x) / (x + 1/(x + 2/(x + 3/(x + …))))}, for {@code x ≥ 3}. */
    private static double upperTail(double x) {
        double denominator = x;
        for (int term = FRACTION_TERMS; term > 0; term--) {
            denominator = x + term / denominator;
        }
        return density(x) / denominator;
    }
}
