package io.panext.zoo.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Type of a tensor's values, named as safetensors names it. Values are little-endian. */
public enum DType {
    /** One byte, 0 or 1. */
    BOOL(1),
    /** Unsigned byte. */
    U8(1),
    /** Signed byte. */
    I8(1),
    /** 8-bit float, 4 exponent bits. */
    F8_E4M3(1),
    /** 8-bit float, 5 exponent bits. */
    F8_E5M2(1),
    /** 8-bit power of two. */
    F8_E8M0(1),
    /** Unsigned 16-bit integer. */
    U16(2),
    /** Signed 16-bit integer. */
    I16(2),
    /** IEEE 754 binary16. */
    F16(2),
    /** The upper half of an IEEE 754 binary32. */
    BF16(2),
    /** Unsigned 32-bit integer. */
    U32(4),
    /** Signed 32-bit integer. */
    I32(4),
    /** IEEE 754 binary32. */
    F32(4),
    /** Unsigned 64-bit integer. */
    U64(8),
    /** Signed 64-bit integer. */
    I64(8),
    /** IEEE 754 binary64. */
    F64(8),
    /** Complex number of two binary32. */
    C64(8);

    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final int byteSize;

    DType(int byteSize) {
        this.byteSize = byteSize;
    }

    /** Bytes that a value takes. */
    public int byteSize() {
        return byteSize;
    }

    /** Whether weights of this type can be used: F32, F16 and BF16, all of which fp32 holds exactly. */
    public boolean isWeight() {
        return this == F32 || this == F16 || this == BF16;
    }

    /** Whether values of this type are whole numbers or truth values: counters and indices, never weights. */
    public boolean isInteger() {
        return switch (this) {
            case BOOL, U8, I8, U16, I16, U32, I32, U64, I64 -> true;
            case F8_E4M3, F8_E5M2, F8_E8M0, F16, BF16, F32, F64, C64 -> false;
        };
    }

    /** Copies at once: a loop over a segment is slow until it is compiled well, which is after the weights are read. */
    private static short[] shorts(MemorySegment bytes, int count) {
        short[] values = new short[count];
        MemorySegment.copy(bytes, SHORT, 0, values, 0, count);
        return values;
    }

    /** Converts packed values of this type to fp32. */
    void toFloats(MemorySegment bytes, float[] dst) {
        int count = Math.toIntExact(bytes.byteSize() / byteSize);
        switch (this) {
            case F32 -> MemorySegment.copy(bytes, FLOAT, 0, dst, 0, count);
            case F16 -> {
                short[] halves = shorts(bytes, count);
                for (int i = 0; i < count; i++) {
                    dst[i] = Float.float16ToFloat(halves[i]);
                }
            }
            case BF16 -> {
                short[] halves = shorts(bytes, count);
                for (int i = 0; i < count; i++) {
                    dst[i] = Float.intBitsToFloat(halves[i] << Short.SIZE);
                }
            }
            default -> throw new UnsupportedOperationException(this + " is not a weight type");
        }
    }
}
