package io.panext.compile;

import io.panext.graph.Folding;
import io.panext.graph.Fusion;
import io.panext.graph.Graph;
import java.util.List;

/**
 * A graph with a kernel for each node. Immutable; holds no weights yet.
 *
 * @param graph   the graph as it will run
 * @param choices the kernel of each node and why it was chosen, in the graph's order
 */
public record Program(Graph graph, List<Selection.Choice> choices) {

    /**
     * What the compiler may do.
     *
     * @param fold which constants are folded into weights
     * @param fuse whether ops absorb their neighbours
     */
    public record Options(Folding fold, boolean fuse) {

        /** Everything that makes the program fast. */
        public static final Options FAST = new Options(Folding.ALL, true);

        /** Every op of the papers a step of its own: for debugging. */
        public static final Options PLAIN = new Options(Folding.NONE, false);

        /** Returns these options for a program that runs so few times that loading it takes longer. */
        public Options forFewRuns() {
            return fold == Folding.ALL ? new Options(Folding.FOR_FUSION, fuse) : this;
        }
    }

    /** Copies the list. */
    public Program {
        choices = List.copyOf(choices);
    }

    /**
     * Compiles a graph.
     *
     * @param backends  where kernels come from
     * @param selection chooses among those that the backends have for an op
     * @throws IllegalArgumentException if no backend has a kernel for an op
     */
    public static Program compile(Graph graph, Options options, List<Backend> backends, Selection selection) {
        Graph folded = options.fold().fold(graph);
        Graph fused = options.fuse() ? Fusion.fuse(folded) : folded;
        return new Program(fused, selection.choose(fused, backends));
    }

    /** The kernel of each node, in the graph's order. */
    public List<Kernel> kernels() {
        return choices.stream().map(Selection.Choice::kernel).toList();
    }

    /** Bytes of all packed weights. */
    public long weightBytes() {
        return kernels().stream().mapToLong(Kernel::weightBytes).sum();
    }
}
