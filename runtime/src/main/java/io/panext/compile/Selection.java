package io.panext.compile;

import io.panext.graph.Graph;
import io.panext.graph.Node;
import java.util.List;

/** Chooses among the kernels that could run a node. */
@FunctionalInterface
public interface Selection {

    /** Takes the first. */
    Selection FIRST = (_, _, candidates) -> first(candidates);

    /** Takes the first that is at its best at once: for programs that run a few times. */
    Selection AT_ONCE = (_, _, candidates) -> candidates.stream().filter(kernel -> !kernel.needsWarmUp()).findFirst()
            .map(kernel -> new Choice(kernel, "needs no warm-up")).orElseGet(() -> first(candidates));

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
     * @param graph      what the node is part of
     * @param candidates at least one, in order of preference
     */
    Choice choose(Graph graph, Node node, List<Kernel> candidates);

    private static Choice first(List<Kernel> candidates) {
        return new Choice(candidates.getFirst(), candidates.size() == 1 ? "the only one" : "the first of the list");
    }
}
