package io.panext.compile;

import io.panext.graph.Graph;
import io.panext.graph.Node;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Chooses among the kernels that could run each node of a graph. */
@FunctionalInterface
public interface Selection {

    /** Takes the first that there is. */
    Selection FIRST = (graph, candidates) -> graph.nodes().stream().map(node -> first(node, candidates)).toList();

    /** Takes the first that is at its best at once: for programs that run a few times. */
    Selection AT_ONCE = (graph, candidates) -> graph.nodes().stream()
            .map(node -> candidates.apply(node).filter(kernel -> !kernel.needsWarmUp()).findFirst()
                    .map(kernel -> new Choice(kernel, "needs no warm-up")).orElseGet(() -> first(node, candidates)))
            .toList();

    /**
     * A choice and its reason.
     *
     * @param kernel what runs the node
     * @param reason why, for people who read plans
     */
    record Choice(Kernel kernel, String reason) {}

    /**
     * Chooses.
     *
     * @param graph      what will run
     * @param candidates finds the kernels of a node, in order of preference and none before it is looked at
     * @return for each node of the graph one of its kernels
     * @throws IllegalArgumentException if a node has none
     */
    List<Choice> choose(Graph graph, Function<Node, Stream<Kernel>> candidates);

    private static Choice first(Node node, Function<Node, Stream<Kernel>> candidates) {
        Kernel kernel = candidates.apply(node).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no kernel for " + node.name()));
        return new Choice(kernel, "the first of the list");
    }
}
