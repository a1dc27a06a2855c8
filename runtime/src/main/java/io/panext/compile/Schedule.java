package io.panext.compile;

import io.panext.graph.Fusion;
import io.panext.graph.Graph;
import io.panext.graph.Node;
import io.panext.graph.Shape;
import io.panext.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What a plan runs of a program: its nodes one by one, but for the two linears of a block, which are joined where a map
 * has rows enough for all workers.
 *
 * @param graph   the nodes
 * @param entries what runs each of them
 */
record Schedule(Graph graph, List<Entry> entries) {

    /**
     * What runs a node.
     *
     * @param choice the kernel and why it was chosen
     * @param binder gives it memory, and weights of the packed program
     */
    record Entry(Selection.Choice choice, BiFunction<PackedProgram, Operands, Task> binder) {

        Task bind(PackedProgram weights, Operands operands) {
            return binder.apply(weights, operands);
        }
    }

    /** Copies the list. */
    Schedule {
        entries = List.copyOf(entries);
    }

    /** The kernel of a node. */
    Kernel kernel(int node) {
        return entries.get(node).choice().kernel();
    }

    /** Returns what is run on images of a shape. */
    static Schedule of(Program program, Shape images, int workers) {
        Graph graph = program.graph();
        Map<Value, Shape> shapes = graph.shapes(images);
        var nodes = new ArrayList<Node>();
        var entries = new ArrayList<Entry>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            Node node = graph.nodes().get(i);
            boolean suffice = RowBlock.suffice(shapes.get(node.input()).rows(), workers);
            Optional<Node> mlp = suffice && i + 1 < graph.nodes().size()
                    ? Fusion.join(graph, node, graph.nodes().get(i + 1))
                    : Optional.empty();
            if (mlp.isPresent()) {
                nodes.add(mlp.get());
                entries.add(joined(program, i, shapes.get(node.output()).channels()));
                i++;
            } else {
                nodes.add(node);
                entries.add(alone(program, i));
            }
        }
        return new Schedule(graph.withNodes(nodes), entries);
    }

    private static Entry alone(Program program, int node) {
        return new Entry(program.choices().get(node), (weights, operands) -> weights.kernel(node).bind(operands));
    }

    private static Entry joined(Program program, int node, int hidden) {
        Selection.Choice expand = program.choices().get(node);
        Selection.Choice project = program.choices().get(node + 1);
        var kernel = new MlpKernel(expand.kernel(), project.kernel(), hidden);
        String reason = expand.reason().equals(project.reason())
                ? expand.reason()
                : expand.reason() + ", then " + project.reason();
        return new Entry(new Selection.Choice(kernel, reason),
                (weights, operands) -> kernel.bind(weights.kernel(node), weights.kernel(node + 1), operands));
    }
}
