package io.panext.dnnl;

import io.panext.compile.Backend;
import io.panext.compile.Kernel;
import io.panext.compile.MlpKernel;
import io.panext.dnnl.LinearRecipe.Finish;
import io.panext.graph.MaskedOp;
import io.panext.graph.Op;
import io.panext.graph.Op.PostOp;
import io.panext.graph.Shape;
import io.panext.onednn.DataType;
import io.panext.onednn.OnednnException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The kernels of oneDNN, for the ops that it has something fast for. */
public final class DnnlBackend implements Backend {

    /** A map that is small enough to ask about at once. */
    private static final Shape PROBE = new Shape(1, 16, 16, 64);

    /** Edges of maps of which some processors' convolutions have nothing fast for one or the other. */
    private static final List<Integer> EDGES = List.of(1, 2, 16);

    private final DataType type;
    private final WeightLayout layout;
    private final Scripts scripts = new Scripts();

    /**
     * @param type   type of the weights and of what they are multiplied with; sums are fp32
     * @param layout of the weights of products, where they are fp32
     */
    public DnnlBackend(DataType type, WeightLayout layout) {
        this.type = type;
        this.layout = layout;
    }

    @Override
    public Stream<Kernel> kernels(Op op) {
        return switch (op) {
            case Op.Linear linear -> linear(linear);
            case Op.Mlp mlp -> linear(mlp.expand()).flatMap(
                    expand -> linear(mlp.project()).map(project -> MlpKernel.of(mlp, expand, project)));
            case Op.PatchEmbedding stem when !PatchEmbeddings.takes(stem) -> Stream.empty();
            case Op.Downsample conv when !Norms.takes(conv.norm()) -> Stream.empty();
            case Op.DepthwiseConv conv when conv.dilation() != 1 || !Norms.takes(conv.norm()) -> Stream.empty();
            case Op.ChannelNorm norm when !Norms.takes(Optional.of(norm)) -> Stream.empty();
            case Op.PatchEmbedding stem ->
                accepted(() -> PatchEmbeddings.kernel(stem, layout, scripts), PROBE.withChannels(3));
            case Op.Downsample conv -> accepted(() -> Downsamples.kernel(conv, type, layout, scripts),
                    PROBE.withChannels(conv.weights().shape().get(1)));
            case Op.DepthwiseConv conv -> accepted(() -> DepthwiseConvs.kernel(conv, scripts), EDGES.stream()
                    .map(edge -> new Shape(1, edge, edge, conv.bias().size())).toArray(Shape[]::new));
            case Op.ChannelNorm norm -> accepted(() -> Norms.kernel(norm, scripts), PROBE);
            case Op.GlobalPool _ -> accepted(() -> Pools.kernel(scripts), PROBE);
            case Op.Softmax _ -> accepted(() -> Softmaxes.kernel(scripts), PROBE);
            // those that read where visible patches are: the rest of a masked model is ordinary
            case MaskedOp _ -> Stream.empty();
            case Op.Convolution _,Op.Activate _,Op.SumSquares _,Op.ResponseNorm _,Op.LayerScale _,Op.Add _ ->
                Stream.empty();
        };
    }

    private Stream<Kernel> linear(Op.Linear op) {
        Shape probe = PROBE.withChannels(op.weights().shape().get(1));
        boolean gated = op.postOps().contains(PostOp.GELU_TANH) || op.postOps().contains(PostOp.SILU);
        boolean both = op.postOps().contains(PostOp.GELU);
        return Stream.of(Finish.values()).filter(finish -> both || gated == (finish == Finish.SIMD))
                .flatMap(finish -> accepted(() -> LinearRecipe.kernel(op, type, layout, finish, scripts), probe));
    }

    /** Returns a kernel if oneDNN has a fast implementation of all its primitives. */
    private static Stream<Kernel> accepted(Supplier<DnnlKernel> source, Shape... probes) {
        try {
            DnnlKernel kernel = source.get();
            // It takes descriptors of all the primitives to tell.
            for (Shape probe : probes) {
                kernel.scratchBytes(probe, 1);
            }
            return Stream.of(kernel);
        } catch (OnednnException e) {
            return Stream.empty();
        }
    }

    /** Returns the name of a kernel with the type that it multiplies, if that is worth a word. */
    static String named(String name, DataType type) {
        return type == DataType.F32 ? name : name + ", bf16";
    }
}
