package io.panext.zoo;

import java.util.Objects;

/**
 * A normalisation of each pixel over its channels.
 *
 * @param kind what it computes
 * @param eps  added to the variance, or to what takes its place
 */
public record Norm(Kind kind, double eps) {

    /** What nearly every published model has. */
    public static final Norm DEFAULT = new Norm(Kind.LAYER_NORM, 1e-6);

    /** The formulas, each followed by a learned scale and, where there is one, a learned shift. */
    public enum Kind {

        /** {@code (x - mean) / sqrt(var + eps)} with the biased variance; scale and shift. */
        LAYER_NORM,

        /** {@code x / sqrt(mean(x²) + eps)}; scale. */
        RMS_NORM,

        /** {@code x / sqrt(var + eps)} with the unbiased variance, as timm's {@code SimpleNorm} has it; scale. */
        SIMPLE_NORM;

        /** Whether a learned shift follows the scale. */
        public boolean hasShift() {
            return this == LAYER_NORM;
        }
    }

    /** @throws IllegalArgumentException if {@code eps} is outside (0, 1) */
    public Norm {
        Objects.requireNonNull(kind, "kind");
        if (!(eps > 0 && eps < 1)) {
            throw new IllegalArgumentException("a norm's eps of " + eps + " is outside (0, 1)");
        }
    }

    /** Returns the same formula with another eps. */
    public Norm withEps(double newEps) {
        return new Norm(kind, newEps);
    }
}
