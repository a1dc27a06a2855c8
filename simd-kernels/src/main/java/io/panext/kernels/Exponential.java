package io.panext.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@code exp(x)} as {@code 2ⁿ · exp(r)} with {@code |r| ≤ ln 2 / 2} and a polynomial of degree 6 for {@code exp(r)}, within
 * 2 ulp.
 */
final class Exponential {

    private static final float LOWEST = -87;
    private static final float LOG2_E = 1.442695f;
    private static final float LN2_HIGH = 0.6933594f;
    private static final float LN2_LOW = -0.00021219444f;
    private static final int EXPONENT_BIAS = 127;
    private static final int MANTISSA_BITS = 23;

    private Exponential() {}

    /** Returns {@code exp(x)} for {@code x ≤ 0}; what underflows becomes {@code exp(-87)}, NaN stays NaN. */
    static FloatVector of(FloatVector x) {
        FloatVector clamped = x.max(LOWEST);
        FloatVector rounded = clamped.mul(LOG2_E).add(Lanes.ROUNDING);
        FloatVector n = rounded.sub(Lanes.ROUNDING);
        FloatVector r = Lanes.fma(n, Lanes.broadcast(-LN2_HIGH), clamped).sub(n.mul(LN2_LOW));
        FloatVector p = Lanes.broadcast(0.00019875691f);
        p = Lanes.fma(p, r, Lanes.broadcast(0.0013981999f));
        p = Lanes.fma(p, r, Lanes.broadcast(0.008333452f));
        p = Lanes.fma(p, r, Lanes.broadcast(0.041665796f));
        p = Lanes.fma(p, r, Lanes.broadcast(0.16666666f));
        p = Lanes.fma(p, r, Lanes.broadcast(0.5f));
        FloatVector e = Lanes.fma(p.mul(r), r, r).add(1);
        FloatVector power = rounded.reinterpretAsInts().add(EXPONENT_BIAS)
                .lanewise(VectorOperators.LSHL, MANTISSA_BITS).reinterpretAsFloats();
        return e.mul(power);
    }
}
