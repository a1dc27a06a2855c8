package io.panext.dnnl;

import io.panext.compile.Backend;
import io.panext.compile.Kernel;
import io.panext.graph.MaskedOp;
import io.panext.graph.Op;
import io.panext.graph.Op.PostOp;
import io.panext.graph.Shape;
import io.panext.onednn.DataType;
import io.panext.onednn.OnednnException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The kernels of oneDNN, for the ops that it has something fast for.
 *
 * @param type type of the weights and of what they are multiplied with; sums are fp32
 */
public record DnnlBackend(DataType type) implements Backend {

    /** A map that is small enough to ask about at once. */
    private static final Shape PROBE = new Shape(1, 16, 16, 64);

    @Override
    public List<Kernel> kernels(Op op) {
        return switch (op) {
            case Op.Linear linear -> linear(linear);
            case Op.PatchEmbedding stem when !PatchEmbeddings.takes(stem) -> List.of();
            case Op.Downsample conv when !Norms.takes(conv.norm()) -> List.of();
            case Op.DepthwiseConv conv when conv.dilation() != 1 || !Norms.takes(conv.norm()) -> List.of();
            case Op.ChannelNorm norm when !Norms.takes(Optional.of(norm)) -> List.of();
            case Op.PatchEmbedding stem -> accepted(() -> PatchEmbeddings.kernel(stem), PROBE.withChannels(3));
            case Op.Downsample conv -> accepted(() -> Downsamples.kernel(conv, type),
                    PROBE.withChannels(conv.weights().shape().get(1)));
            case Op.DepthwiseConv conv -> accepted(() -> DepthwiseConvs.kernel(conv),
                    PROBE.withChannels(conv.bias().size()));
            case Op.ChannelNorm norm -> accepted(() -> Norms.kernel(norm), PROBE);
            case Op.GlobalPool _ -> accepted(Pools::kernel, PROBE);
            case Op.Softmax _ -> accepted(Softmaxes::kernel, PROBE);
            // those that read where visible patches are: the rest of a masked model is ordinary
            case MaskedOp _ -> List.of();
            case Op.Convolution _,Op.Activate _,Op.SumSquares _,Op.ResponseNorm _,Op.LayerScale _,Op.Add _ -> List.of();
        };
    }

    private List<Kernel> linear(Op.Linear op) {
        var kernels = new ArrayList<Kernel>();
        Shape probe = PROBE.withChannels(op.weights().shape().get(1));
        boolean gated = op.postOps().contains(PostOp.GELU_TANH) || op.postOps().contains(PostOp.SILU);
        if (!gated) {
            kernels.addAll(accepted(() -> linear(op, LinearRecipe.Finish.ONEDNN), probe));
        }
        if (gated || op.postOps().contains(PostOp.GELU)) {
            kernels.addAll(accepted(() -> linear(op, LinearRecipe.Finish.SIMD), probe));
        }
        return kernels;
    }

    private DnnlKernel linear(Op.Linear op, LinearRecipe.Finish finish) {
        return new LinearRecipe(op, new MatmulWeights(op.weights(), type), finish).kernel();
    }

    /** Returns a kernel if oneDNN has a fast implementation of all its primitives. */
    private static List<Kernel> accepted(Supplier<DnnlKernel> source, Shape probe) {
        try {
            DnnlKernel kernel = source.get();
            // It takes descriptors of all the primitives to tell.
            kernel.scratchBytes(probe, 1);
            return List.of(kernel);
        } catch (OnednnException e) {
            return List.of();
        }
    }

    /** Returns the name of a kernel with the type that it multiplies, if that is worth a word. */
    static String named(String name, DataType type) {
        return type == DataType.F32 ? name : name + ", bf16";
    }
}
