package io.panext.jmh.report;

/** What a step can be bound by. */
public enum Limit {

    /** Fused multiply-adds: those of convolutions and linears, and of GELU, which the same units do. */
    FMA {
        @Override
        double micros(StepKind kind, Ceilings ceilings, double quantile) {
            return kind.flopMicros(ceilings, quantile) + kind.geluFlop() / ceilings.fma().perMicro(quantile);
        }
    },

    /** Maps that are read and written, and weights, on their way through the second level of cache. */
    CACHE {
        @Override
        double micros(StepKind kind, Ceilings ceilings, double quantile) {
            return (kind.mapBytes() + kind.weightBytes()) / ceilings.cache().perMicro(quantile);
        }
    },

    /** Weights, which each run reads anew. */
    WEIGHTS {
        @Override
        double micros(StepKind kind, Ceilings ceilings, double quantile) {
            return kind.weightBytes() / ceilings.weights().perMicro(quantile);
        }
    };

    /** Returns the time that one core needs for a step at least. */
    abstract double micros(StepKind kind, Ceilings ceilings, double quantile);
}
