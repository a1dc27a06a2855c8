package io.panext;

import java.util.Locale;

/** Where kernels come from. */
public enum BackendChoice {

    /** Each op is given to what is fastest for it; oneDNN is used if it is there. */
    AUTO,

    /** The Vector API alone. */
    SIMD,

    /** oneDNN, which must be there, and the Vector API for what it has nothing fast for. */
    ONEDNN;

    /** Returns the name as users write it: in lower case. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
