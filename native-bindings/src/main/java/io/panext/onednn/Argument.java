package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;
import java.util.Map;

/**
 * The part that a tensor plays in a primitive.
 *
 * @param code oneDNN's number for it
 */
public record Argument(int code) {

    /** What is read. */
    public static final Argument SRC = new Argument(Dnnl.DNNL_ARG_SRC());

    /** What is written. */
    public static final Argument DST = new Argument(Dnnl.DNNL_ARG_DST());

    /** Weights. */
    public static final Argument WEIGHTS = new Argument(Dnnl.DNNL_ARG_WEIGHTS());

    /** Bias, one value for each output channel. */
    public static final Argument BIAS = new Argument(Dnnl.DNNL_ARG_BIAS());

    /** Factors of a norm. */
    public static final Argument SCALE = new Argument(Dnnl.DNNL_ARG_SCALE());

    /** Summands of a norm. */
    public static final Argument SHIFT = new Argument(Dnnl.DNNL_ARG_SHIFT());

    /** Factors of the source's columns. */
    public static final Argument SRC_SCALES = new Argument(Dnnl.DNNL_ARG_ATTR_SCALES() | Dnnl.DNNL_ARG_SRC());

    /** Memory that the primitive needs while it runs. */
    public static final Argument SCRATCHPAD = new Argument(Dnnl.DNNL_ARG_SCRATCHPAD());

    /** Returns the tensor that a post-op reads. */
    public static Argument postOp(int index) {
        return new Argument(Dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE() * (index + 1) | Dnnl.DNNL_ARG_SRC_1());
    }

    boolean isWritten() {
        return equals(DST) || equals(SCRATCHPAD);
    }

    @Override
    public String toString() {
        int postOp = code / Dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE() - 1;
        return postOp >= 0
                ? "the tensor of post-op " + postOp
                : Map.of(SRC, "src", DST, "dst", WEIGHTS, "weights", BIAS, "bias", SCALE, "scale", SHIFT, "shift",
                        SRC_SCALES, "scales of src", SCRATCHPAD, "scratchpad").getOrDefault(this, "argument " + code);
    }
}
