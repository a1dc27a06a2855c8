package io.panext.graph;

import io.panext.kernels.PatchTable;
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
 * @param masked     what there is besides if the images are masked
 */
public record Graph(Value input, List<Node> nodes, Optional<Value> features, Optional<Classifier> classifier,
        List<Value> maps, Optional<Masked> masked) {

    /** The outputs of a classifier, both {@code [N, classes]}. */
    public record Classifier(Value logits, Value probabilities) {}

    /**
     * What belongs to masked images.
     *
     * @param table      where their visible patches are: a second input
     * @param latent     the last stage's map, zero where it is masked: {@code [N, gridHeight, gridWidth, C]}
     * @param prediction a decoder's pixels of all patches: {@code [N, gridHeight, gridWidth, 3 · patch²]}
     */
    public record Masked(Value table, Value latent, Optional<Value> prediction) {

        private boolean gives(Value value) {
            return value.equals(latent) || prediction.filter(value::equals).isPresent();
        }
    }

    /** Copies the lists. */
    public Graph {
        nodes = List.copyOf(nodes);
        maps = List.copyOf(maps);
    }

    /** Returns the graph with other nodes for the same input and outputs. */
    public Graph withNodes(List<Node> newNodes) {
        return new Graph(input, newNodes, features, classifier, maps, masked);
    }

    /** Returns whether the caller reads a value when all nodes have run. */
    public boolean isOutput(Value value) {
        return maps.contains(value) || features.filter(value::equals).isPresent()
                || classifier.filter(c -> value.equals(c.logits()) || value.equals(c.probabilities())).isPresent()
                || masked.filter(m -> m.gives(value)).isPresent();
    }

    /** Returns how many read a value: nodes, and the caller. */
    public int readers(Value value) {
        long nodesReading = nodes.stream().filter(node -> node.inputs().contains(value)).count();
        return (int) nodesReading + (isOutput(value) ? 1 : 0);
    }

    /**
     * Returns the shape of every value.
     *
     * @param images shape of the input, with three channels, and with what is visible if they are masked
     * @throws IllegalArgumentException if the images are too small or too large for the network
     */
    public Map<Value, Shape> shapes(Shape images) {
        var shapes = new HashMap<Value, Shape>();
        shapes.put(input, images);
        masked.ifPresent(m -> shapes.put(m.table(), table(images)));
        for (Node node : nodes) {
            Shape map = node.op().output(shapes.get(node.input()));
            shapes.put(node.output(), map);
            if (node.outputs().size() > 1) {
                shapes.put(node.outputs().get(1), Op.SumSquares.sums(map));
            }
        }
        return Map.copyOf(shapes);
    }

    private static Shape table(Shape images) {
        Visible visible = images.visible()
                .orElseThrow(() -> new IllegalArgumentException("nothing says how much of the images is visible"));
        return Shape.vectors(1, PatchTable.ints(images.images(), visible.cells(), visible.total()));
    }
}
