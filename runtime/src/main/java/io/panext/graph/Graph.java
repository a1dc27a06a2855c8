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
 * @param features   pooled and normed, what a classifier takes in: {@code [N, C]}
 * @param classifier what the classifier gives, if the model has one
 */
public record Graph(Value input, List<Node> nodes, Value features, Optional<Classifier> classifier) {

    /** The outputs of a classifier, both {@code [N, classes]}. */
    public record Classifier(Value logits, Value probabilities) {}

    /** Copies the list. */
    public Graph {
        nodes = List.copyOf(nodes);
    }

    /** Returns the graph with other nodes for the same input and outputs. */
    public Graph withNodes(List<Node> newNodes) {
        return new Graph(input, newNodes, features, classifier);
    }

    /** Returns whether the caller reads a value when all nodes have run. */
    public boolean isOutput(Value value) {
        return value.equals(features)
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
