package io.panext.compile;

import io.panext.graph.Op;
import java.util.Optional;

/** A source of kernels. */
@FunctionalInterface
public interface Backend {

    /** Returns a kernel for an op, if this backend has one. */
    Optional<Kernel> kernel(Op op);
}
