package io.panext;

import java.util.Locale;

/** Where kernels come from. */
public enum BackendChoice {

    /**
     * What is fastest: the Vector API, and for the ops that it is faster for oneDNN, if it is there and saves enough of a
     * run's time to be worth its memory.
     */
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
