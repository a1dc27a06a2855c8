package io.panext.dnnl;

import io.panext.graph.Shape;
import io.panext.kernels.Share;

/** How an op is done with primitives. Equal recipes write equal scripts: weights are no part of them. */
@FunctionalInterface
interface Recipe {

    /**
     * Writes what one worker does.
     *
     * @param script written
     * @param input  shape of the op's first input
     * @param share  which worker
     */
    void write(Script script, Shape input, Share share);
}
