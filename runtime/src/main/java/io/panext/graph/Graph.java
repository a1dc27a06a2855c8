package io.panext.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Nodes in an order in which they can be run, each value written once before it is read.
 *
 * @param input      the images, planar {@code [N, 3, H, W]}
 * @param nodes      the nodes
 * @param features   pooled and normed, what a classifier takes in, if it is wanted: {@code [N, C]}
 * @param classifier what the classifier gives, if there is one
 * @param maps       maps of stages that are wanted
 */
public record Graph(Value input, List<Node> nodes, Optional<Value> features, Optional<Classifier> classifier,
        List<Value> maps) {

    /** The outputs of a classifier, both {@code [N, classes]}. */
    public record Classifier(Value logits, Value probabilities) {}

    /** Copies the lists. */
    public Graph {
        nodes = List.copyOf(nodes);
        maps = List.copyOf(maps);
    }

    /** Returns the graph with other nodes for the same input and outputs. */
    public Graph withNodes(List<Node> newNodes) {
        return new Graph(input, newNodes, features, classifier, maps);
    }

    /** Returns whether the caller reads a value when all nodes have run. */
    public boolean isOutput(Value value) {
        return maps.contains(value) || features.filter(value::equals).isPresent()
                || classifier.filter(c -> value.equals(c.logits()) || value.equals(c.probabilities())).isPresent();
    }

    /** Returns how many read a value: nodes, and the caller. */
    public int readers(Value value) {
        long nodesReading = nodes.stream().filter(node -> node.inputs().contains(value)).count();
        return (int) nodesReading + (isOutput(value) ? 1 : 0);
    }

    /**
     * Returns the shape of every value.
     *
     * @param images shape of the input, with three channels
     * @throws IllegalArgumentException if the images are too small or too large for the network
     */
    public Map<Value, Shape> shapes(Shape images) {
        var shapes = new HashMap<Value, Shape>();
        shapes.put(input, images);
        for (Node node : nodes) {
            Shape map = node.op().output(shapes.get(node.input()));
            shapes.put(node.output(), map);
            if (node.outputs().size() > 1) {
                shapes.put(node.outputs().get(1), Op.SumSquares.sums(map));
            }
        }
        return Map.copyOf(shapes);
    }
}
