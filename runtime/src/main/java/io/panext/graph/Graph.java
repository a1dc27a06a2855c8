package io.panext.graph;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Nodes in an order in which they can be run, each value written once before it is read.
 *
 * @param input    the images, planar {@code [N, 3, H, W]}
 * @param nodes    the nodes
 * @param features pooled and normed, what the classifier takes in
 * @param logits   the last value: the classifier's output, or the features where there is no classifier
 */
public record Graph(Value input, List<Node> nodes, Value features, Value logits) {

    /** Copies the list. */
    public Graph {
        nodes = List.copyOf(nodes);
    }

    /** Returns the graph with other nodes for the same input and outputs. */
    public Graph withNodes(List<Node> newNodes) {
        return new Graph(input, newNodes, features, logits);
    }

    /** Returns how many nodes read a value; an output of the graph is read once more, by the caller. */
    public int readers(Value value) {
        long nodesReading = nodes.stream().filter(node -> node.inputs().contains(value)).count();
        return (int) nodesReading + (value.equals(features) || value.equals(logits) ? 1 : 0);
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
