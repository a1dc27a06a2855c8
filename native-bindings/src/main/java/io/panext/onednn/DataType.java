package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;

/** Type of a tensor's values. */
public enum DataType {

    /** IEEE 754 single precision. */
    F32(Dnnl.dnnl_f32(), 4),

    /** The upper half of a single: 8 bits of exponent, 7 of fraction. */
    BF16(Dnnl.dnnl_bf16(), 2);

    private final int code;
    private final int bytes;

    DataType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    int code() {
        return code;
    }

    /** Bytes of a value. */
    public int bytes() {
        return bytes;
    }
}
