package io.panext.zoo.checkpoint;

import java.lang.foreign.MemorySegment;

/**
 * From one type of floats to another, piece by piece, rounding to nearest, ties to even: binary64 to any of the
 * {@linkplain DType#isWeight() weights' types}, and these to each other.
 *
 * <p>A finite value that would become infinite is refused; what rounds to zero is counted.
 */
final class Cast {

    private static final int BF16_ROUNDING = 0x7FFF;
    private static final int QUIET_NAN = 0x40;

    private final DType from;
    private final DType to;
    private long zeroed;

    /** @throws IllegalArgumentException if there is no cast from the one to the other */
    Cast(DType from, DType to) {
        if (!reads(from) || !to.isWeight()) {
            throw new IllegalArgumentException(from + " is not cast to " + to);
        }
        this.from = from;
        this.to = to;
    }

    /** Whether values of a type can be cast. */
    static boolean reads(DType type) {
        return type.isWeight() || type == DType.F64;
    }

    /** How many values other than zero have become zero so far. */
    long zeroed() {
        return zeroed;
    }

    /**
     * Casts some of a tensor's values.
     *
     * @param src   all values, little-endian
     * @param first index of the first value to cast
     * @param dst   filled with values
     * @throws ArithmeticException if a finite value is too large
     */
    void apply(MemorySegment src, long first, MemorySegment dst) {
        long count = dst.byteSize() / to.byteSize();
        if (from == to) {
            MemorySegment.copy(src, first * from.byteSize(), dst, 0, dst.byteSize());
            return;
        }
        for (long i = 0; i < count; i++) {
            write(dst, i, read(src, first + i));
        }
    }

    private double read(MemorySegment src, long index) {
        return switch (from) {
            case F16 -> Float.float16ToFloat(src.get(DType.SHORT, 2 * index));
            case BF16 -> Float.intBitsToFloat(src.get(DType.SHORT, 2 * index) << Short.SIZE);
            case F64 -> src.get(DType.DOUBLE, 8 * index);
            default -> src.get(DType.FLOAT, 4 * index);
        };
    }

    private void write(MemorySegment dst, long index, double value) {
        float stored = switch (to) {
            case F16 -> {
                short half = Float.floatToFloat16(odd(value));
                dst.set(DType.SHORT, 2 * index, half);
                yield Float.float16ToFloat(half);
            }
            case BF16 -> {
                short half = bfloat16(odd(value));
                dst.set(DType.SHORT, 2 * index, half);
                yield Float.intBitsToFloat(half << Short.SIZE);
            }
            default -> {
                dst.set(DType.FLOAT, 4 * index, (float) value);
                yield (float) value;
            }
        };
        if (Float.isInfinite(stored) && Double.isFinite(value)) {
            throw new ArithmeticException("holds " + value + ", which " + to + " cannot");
        }
        zeroed += stored == 0 && value != 0 ? 1 : 0;
    }

    /** What is rounded twice would not always be the nearest; with the last bit set for all that is cut off, it is. */
    private static float odd(double value) {
        float nearest = (float) value;
        if (nearest == value || Double.isNaN(value)) {
            return nearest;
        }
        boolean outward = Math.abs((double) nearest) > Math.abs(value);
        return Float.intBitsToFloat(Float.floatToRawIntBits(nearest) - (outward ? 1 : 0) | 1);
    }

    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int upper = bits >>> Short.SIZE;
        return (short) (Float.isNaN(value)
                ? upper | QUIET_NAN
                : (bits + BF16_ROUNDING + (upper & 1)) >>> Short.SIZE);
    }
}
