package io.panext.jmh;

import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.jmh.peer.Workload;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.Parameter;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.ModelWeights;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The layers of a block: where nearly all time goes. */
public enum Layer {

    /** The 7×7 depthwise convolution. */
    DEPTHWISE {
        @Override
        Op op(Function<String, Parameter> block, ConvNeXtSpec spec) {
            return new Op.DepthwiseConv(block.apply("conv_dw.weight"), block.apply("conv_dw.bias"), 1,
                    Optional.empty());
        }
    },

    /** The norm, without scale and shift: folding has moved them. */
    LAYER_NORM {
        @Override
        Op op(Function<String, Parameter> block, ConvNeXtSpec spec) {
            return new Op.ChannelNorm(spec.norm(), Optional.empty());
        }
    },

    /** The first linear, with GELU. */
    LINEAR_GELU {
        @Override
        Op op(Function<String, Parameter> block, ConvNeXtSpec spec) {
            return new Op.Linear(block.apply("mlp.fc1.weight"), block.apply("mlp.fc1.bias"), Optional.empty(),
                    List.of(Op.PostOp.GELU));
        }
    },

    /** The second linear, with the residual. */
    LINEAR_ADD {
        @Override
        Op op(Function<String, Parameter> block, ConvNeXtSpec spec) {
            return new Op.Linear(block.apply("mlp.fc2.weight"), block.apply("mlp.fc2.bias"), Optional.empty(),
                    List.of(Op.PostOp.ADD));
        }
    },

    /** Both linears of a V1 block, some rows at a time. */
    MLP {
        @Override
        Op op(Function<String, Parameter> block, ConvNeXtSpec spec) {
            return new Op.Mlp((Op.Linear) LINEAR_GELU.op(block, spec), (Op.Linear) LINEAR_ADD.op(block, spec));
        }
    };

    /**
     * Returns the op.
     *
     * @param block finds a parameter of the block by the last part of its name
     */
    abstract Op op(Function<String, Parameter> block, ConvNeXtSpec spec);

    /** Returns what the layer reads in a stage, the map that it works on first. */
    List<Shape> inputs(Workload work, int stage) {
        ConvNeXtSpec spec = work.spec();
        int edge = work.size() / (spec.stem().stride() << stage);
        Shape map = new Shape(work.batch(), edge, edge, spec.dims().get(stage));
        return switch (this) {
            case DEPTHWISE, LAYER_NORM, LINEAR_GELU -> List.of(map);
            case LINEAR_ADD -> List.of(map.withChannels(ConvNeXtSpec.EXPANSION * map.channels()), map);
            case MLP -> List.of(map, map);
        };
    }

    /** Returns the op of a stage's first block. */
    Op op(ModelWeights weights, int stage) {
        return op(name -> weights.parameter("stages." + stage + ".blocks.0." + name), weights.spec());
    }

    /** Returns twice the multiply-accumulates of convolutions and linears, 0 for the norm. */
    double flop(Workload work, int stage) throws CheckpointException {
        try (ModelWeights weights = work.weights()) {
            return 2.0 * op(weights, stage).macs(inputs(work, stage).getFirst());
        }
    }
}
