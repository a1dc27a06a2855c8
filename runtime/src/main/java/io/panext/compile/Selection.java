package io.panext.compile;

import io.panext.graph.Graph;
import io.panext.graph.Node;
import java.util.List;
import java.util.stream.Stream;

/** Chooses among the kernels that could run each node of a graph. */
@FunctionalInterface
public interface Selection {

    /** Takes the first that there is. */
    Selection FIRST = (graph, backends) -> graph.nodes().stream().map(node -> first(node, backends)).toList();

    /** Takes the first that is at its best at once: for programs that run a few times. */
    Selection AT_ONCE = (graph, backends) -> graph.nodes().stream()
            .map(node -> kernels(node, backends).filter(kernel -> !kernel.needsWarmUp()).findFirst()
                    .map(kernel -> new Choice(kernel, "needs no warm-up")).orElseGet(() -> first(node, backends)))
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
     * @param graph    what will run
     * @param backends where kernels come from, in order of preference
     * @return for each node of the graph one of its kernels
     * @throws IllegalArgumentException if a node has none
     */
    List<Choice> choose(Graph graph, List<Backend> backends);

    /** Finds the kernels of a node, in order of preference and none before it is looked at. */
    static Stream<Kernel> kernels(Node node, List<Backend> backends) {
        return backends.stream().flatMap(backend -> backend.kernels(node.op()));
    }

    private static Choice first(Node node, List<Backend> backends) {
        Kernel kernel = kernels(node, backends).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no kernel for " + node.name()));
        return new Choice(kernel, "the first of the list");
    }
}
