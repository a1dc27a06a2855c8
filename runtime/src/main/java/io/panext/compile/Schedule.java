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
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a plan runs of a program: its nodes one by one, but for the two linears of a block, which are joined where a map
 * has rows enough for all workers.
 *
 * <p>A worker that has several images to itself may run the first nodes image by image: their maps are large, their
 * weights are small, and both stay in the caches. The others run on all images, which then read the weights together.
 *
 * @param graph   the nodes
 * @param entries what runs each of them
 * @param apart   how many of the first nodes run image by image
 */
record Schedule(Graph graph, List<Entry> entries, int apart) {

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

    /**
     * Returns what is run on images of a shape.
     *
     * @param whole whether every node is to run on all of them
     */
    static Schedule of(Program program, Shape images, int workers, boolean whole) {
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
        Graph joined = graph.withNodes(nodes);
        return new Schedule(joined, entries,
                whole || images.images() == 1 ? 0 : apart(joined, entries, images.withImages(1)));
    }

    /** Returns how many nodes come before the first that has more weights than maps, and between two blocks. */
    private static int apart(Graph graph, List<Entry> entries, Shape image) {
        Map<Value, Shape> shapes = graph.shapes(image);
        int apart = 0;
        while (apart < entries.size() && entries.get(apart).choice().kernel().weightBytes() <= Stream
                .concat(graph.nodes().get(apart).inputs().stream(), graph.nodes().get(apart).outputs().stream())
                .mapToLong(value -> shapes.get(value).bytes()).sum()) {
            apart++;
        }
        while (apart > 0 && crossing(graph.nodes(), apart) != 1) {
            apart--;
        }
        return apart;
    }

    /** Returns how many values are read from a node on that nodes before it have written. */
    private static long crossing(List<Node> nodes, int node) {
        Set<Value> read = nodes.subList(node, nodes.size()).stream().flatMap(later -> later.inputs().stream())
                .collect(Collectors.toSet());
        return nodes.subList(0, node).stream().flatMap(earlier -> earlier.outputs().stream()).filter(read::contains)
                .count();
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
