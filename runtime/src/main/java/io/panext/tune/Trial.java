package io.panext.tune;

import io.panext.compile.Kernel;
import io.panext.graph.Shape;
import java.util.List;

/**
 * Kernels that could run the same op on the same shapes.
 *
 * @param candidates at least one
 * @param inputs     shapes of what the op reads; the first may be the planar images
 * @param outputs    shapes of what it writes
 */
record Trial(List<Kernel> candidates, List<Shape> inputs, List<Shape> outputs) {

    /** What is measured is the same for trials of the same name. */
    String name() {
        List<String> names = candidates.stream().map(Kernel::name).toList();
        return names + " " + inputs + " to " + outputs;
    }
}
