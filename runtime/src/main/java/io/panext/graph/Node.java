package io.panext.graph;

import java.util.List;

/**
 * An op with what it reads and writes.
 *
 * @param name    where it stands in the network: {@code stages.0.blocks.1.mlp.fc1}
 * @param op      what it computes
 * @param inputs  the values it reads
 * @param outputs the values it writes
 */
public record Node(String name, Op op, List<Value> inputs, List<Value> outputs) {

    /** Copies the lists. */
    public Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** The map it works on. */
    public Value input() {
        return inputs.getFirst();
    }

    /** The map it gives. */
    public Value output() {
        return outputs.getFirst();
    }

    /** Returns the node with another op. */
    public Node withOp(Op newOp) {
        return new Node(name, newOp, inputs, outputs);
    }
}
