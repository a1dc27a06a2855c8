package io.panext.compile;

import io.panext.graph.Op;
import java.util.List;

/** A source of kernels. */
@FunctionalInterface
public interface Backend {

    /** Returns the kernels that this backend has for an op, the one it prefers first. */
    List<Kernel> kernels(Op op);
}
