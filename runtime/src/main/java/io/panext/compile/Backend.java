package io.panext.compile;

import io.panext.graph.Op;
import java.util.stream.Stream;

/** A source of kernels. */
@FunctionalInterface
public interface Backend {

    /** Finds the kernels that this backend has for an op, the one it prefers first and none before it is looked at. */
    Stream<Kernel> kernels(Op op);
}
