package io.panext.jmh;

import io.panext.compile.Backend;
import io.panext.compile.ExecutionMode;
import io.panext.compile.Plan;
import io.panext.compile.Program;
import io.panext.compile.Selection;
import io.panext.graph.Graph;
import io.panext.graph.Node;
import io.panext.graph.Op;
import io.panext.graph.Op.PostOp;
import io.panext.graph.Shape;
import io.panext.graph.Value;
import io.panext.jmh.peer.Workload;
import io.panext.kernels.Window;
import io.panext.simd.SimdBackend;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Parameter;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The layers of a block: where nearly all time goes. */
public enum Layer {

    /** The 7×7 depthwise convolution. */
    DEPTHWISE {
        @Override
        List<Op> ops(Function<String, Parameter> block, ConvNeXtSpec spec) {
            return List.of(new Op.DepthwiseConv(block.apply("conv_dw.weight"), block.apply("conv_dw.bias"), 1,
                    Optional.empty()));
        }
    },

    /** The norm, without scale and shift: folding has moved them. */
    LAYER_NORM {
        @Override
        List<Op> ops(Function<String, Parameter> block, ConvNeXtSpec spec) {
            return List.of(new Op.ChannelNorm(spec.norm(), Optional.empty()));
        }
    },

    /** The first linear, with GELU. */
    LINEAR_GELU {
        @Override
        List<Op> ops(Function<String, Parameter> block, ConvNeXtSpec spec) {
            return List.of(linear(block, "mlp.fc1", PostOp.GELU));
        }
    },

    /** The second linear, with the residual. */
    LINEAR_ADD {
        @Override
        List<Op> ops(Function<String, Parameter> block, ConvNeXtSpec spec) {
            return List.of(linear(block, "mlp.fc1"), linear(block, "mlp.fc2", PostOp.ADD));
        }
    },

    /** Both linears of a V1 block, which a plan joins: some rows at a time. */
    MLP {
        @Override
        List<Op> ops(Function<String, Parameter> block, ConvNeXtSpec spec) {
            return List.of(linear(block, "mlp.fc1", PostOp.GELU), linear(block, "mlp.fc2", PostOp.ADD));
        }
    };

    /**
     * Returns what makes the layer's output of a block's map, each op of what the one before it gives.
     *
     * @param block finds a parameter of the block by the last part of its name
     */
    abstract List<Op> ops(Function<String, Parameter> block, ConvNeXtSpec spec);

    private static Op.Linear linear(Function<String, Parameter> block, String name, PostOp... postOps) {
        return new Op.Linear(block.apply(name + ".weight"), block.apply(name + ".bias"), Optional.empty(),
                List.of(postOps));
    }

    /**
     * Returns a program whose last step is the layer of a stage's first block. The steps before it make what it reads of
     * images that have a pixel for each of the stage's map.
     *
     * @param backend whose kernel
     */
    Program program(Backend backend, ModelWeights weights, int stage) {
        var pixels = new SimdBackend();
        return Program.compile(graph(weights, stage), Program.Options.PLAIN,
                List.of(op -> (op instanceof Op.PatchEmbedding ? pixels : backend).kernels(op)), Selection.FIRST);
    }

    /** Returns the plan of a program for one thread: two linears of which nothing is read between are joined there. */
    static Plan plan(Program program, Workload work, int stage) {
        int edge = work.size() / (work.spec().stem().stride() << stage);
        return Plan.of(program, new Shape(work.batch(), edge, edge, ConvNeXtSpec.IMAGE_CHANNELS), 1,
                ExecutionMode.LATENCY);
    }

    private Graph graph(ModelWeights weights, int stage) {
        var image = new Value(0, "image");
        var map = new Value(1, "map");
        var nodes = new ArrayList<Node>();
        nodes.add(new Node("pixels", pixels(weights.spec().dims().get(stage)), List.of(image), List.of(map)));
        String block = "stages." + stage + ".blocks.0.";
        Value last = map;
        for (Op op : ops(name -> weights.parameter(block + name), weights.spec())) {
            var next = new Value(nodes.size() + 1, "map " + nodes.size());
            boolean adds = op instanceof Op.Linear linear && linear.postOps().contains(PostOp.ADD);
            nodes.add(new Node(block + nodes.size(), op, adds ? List.of(last, map) : List.of(last), List.of(next)));
            last = next;
        }
        return new Graph(image, nodes, Optional.empty(), Optional.empty(), List.of(last), Optional.empty());
    }

    private static Op pixels(int channels) {
        return new Op.PatchEmbedding(Window.tiles(1),
                new Uniform("weight", List.of(channels, ConvNeXtSpec.IMAGE_CHANNELS, 1, 1)),
                new Uniform("bias", List.of(channels)), Optional.empty(), Optional.empty());
    }

    /** A parameter whose values follow from its name. */
    private record Uniform(String name, List<Integer> shape) implements Parameter {

        @Override
        public float[] values() {
            return SyntheticCheckpoint.uniform(name, size());
        }
    }

    /** Returns twice the multiply-accumulates of convolutions and linears, 0 for the norm. */
    double flop(Workload work, int stage) throws CheckpointException {
        try (ModelWeights weights = work.weights()) {
            Program program = program(new SimdBackend(), weights, stage);
            return 2.0 * plan(program, work, stage).steps().getLast().macs();
        }
    }
}
