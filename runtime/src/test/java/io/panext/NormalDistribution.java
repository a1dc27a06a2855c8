package io.panext;

/** The standard normal distribution in double precision. */
public final class NormalDistribution {

    private NormalDistribution() {}

    /**
     * Returns {@code Φ(x) = 1/2 + φ(x) (x + x³/3 + x⁵/(3·5) + …)} for {@code |x| < 37}: all terms have one sign, none
     * cancel.
     */
    public static double cumulative(double x) {
        double term = x;
        double sum = 0;
        for (int odd = 3; sum + term != sum; odd += 2) {
            sum += term;
            term *= x * x / odd;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
}
