package io.panext.compile;

import io.panext.graph.Folding;
import io.panext.graph.Fusion;
import io.panext.graph.Graph;
import io.panext.graph.Node;
import java.util.List;
import java.util.Optional;

/**
 * A graph with a kernel for each node. Immutable; holds no weights yet.
 *
 * @param graph   the graph as it will run
 * @param kernels the kernel of each node, in the graph's order
 */
public record Program(Graph graph, List<Kernel> kernels) {

    /**
     * What the compiler may do.
     *
     * @param fold whether constants are folded into weights
     * @param fuse whether ops absorb their neighbours
     */
    public record Options(boolean fold, boolean fuse) {

        /** Everything that makes the program fast. */
        public static final Options FAST = new Options(true, true);

        /** Every op of the papers a step of its own: for debugging. */
        public static final Options PLAIN = new Options(false, false);
    }

    /** Copies the list. */
    public Program {
        kernels = List.copyOf(kernels);
    }

    /**
     * Compiles a graph.
     *
     * @param backends where kernels come from: the first that has one for an op wins
     * @throws IllegalArgumentException if no backend has a kernel for an op
     */
    public static Program compile(Graph graph, Options options, List<Backend> backends) {
        Graph folded = options.fold() ? Folding.fold(graph) : graph;
        Graph fused = options.fuse() ? Fusion.fuse(folded) : folded;
        return new Program(fused, fused.nodes().stream().map(node -> kernel(node, backends)).toList());
    }

    private static Kernel kernel(Node node, List<Backend> backends) {
        return backends.stream().map(backend -> backend.kernel(node.op())).flatMap(Optional::stream).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no kernel for " + node.name()));
    }

    /** Bytes of all packed weights. */
    public long weightBytes() {
        return kernels.stream().mapToLong(Kernel::weightBytes).sum();
    }
}
