package io.panext.simd;

/** Java was started without the Vector API, which a step needs. */
public final class VectorApiMissingException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    VectorApiMissingException() {
        super("the Vector API is missing: start Java with --add-modules=jdk.incubator.vector");
    }
}
