package io.panext.simd;

import io.panext.compile.Backend;
import io.panext.compile.Kernel;
import io.panext.compile.MlpKernel;
import io.panext.compile.Operands;
import io.panext.compile.Task;
import io.panext.graph.MaskedOp;
import io.panext.graph.Op;
import io.panext.kernels.Add;
import io.panext.kernels.Affine;
import io.panext.kernels.Gelu;
import io.panext.kernels.GlobalPool;
import io.panext.kernels.Grn;
import io.panext.kernels.ImageRows;
import io.panext.kernels.Matrix;
import io.panext.kernels.RowNorm;
import io.panext.kernels.Share;
import io.panext.kernels.SigmoidGate;
import io.panext.kernels.Softmax;
import io.panext.zoo.Activation;
import io.panext.zoo.Parameter;
import java.util.Optional;
import java.util.stream.Stream;

/** The kernels of the Vector API, fp32: one for every op, so that panext needs nothing else. */
public final class SimdBackend implements Backend {

    private static final boolean VECTOR_API = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    /** @throws VectorApiMissingException if Java runs without the Vector API */
    @Override
    public Stream<Kernel> kernels(Op op) {
        if (!VECTOR_API) {
            throw new VectorApiMissingException();
        }
        return Stream.of(switch (op) {
            case Op.PatchEmbedding stem -> Convolutions.patchEmbedding(stem);
            case Op.Convolution conv -> Convolutions.windows(conv);
            case Op.Downsample conv -> Convolutions.downsample(conv);
            case Op.Linear linear -> Products.linear(linear);
            case Op.Mlp mlp -> MlpKernel.of(mlp, Products.linear(mlp.expand()), Products.linear(mlp.project()));
            case Op.DepthwiseConv conv -> Depthwise.kernel(conv);
            case Op.ChannelNorm norm -> channelNorm(norm);
            case Op.Activate(Activation function) -> activate(function);
            case Op.SumSquares _ -> SimdKernel.withoutWeights("sum of squares", SimdBackend::sumSquares);
            case Op.ResponseNorm norm -> responseNorm(norm);
            case Op.LayerScale scale -> layerScale(scale);
            case Op.Add _ -> SimdKernel.withoutWeights("add", SimdBackend::add);
            case Op.GlobalPool _ -> SimdKernel.withoutWeights("average pool", SimdBackend::pool);
            case Op.Softmax _ -> SimdKernel.withoutWeights("softmax", SimdBackend::softmax);
            case MaskedOp masked -> MaskedKernels.kernel(masked);
        });
    }

    private static Kernel channelNorm(Op.ChannelNorm op) {
        Optional<Op.ChannelNorm> present = Optional.of(op);
        return SimdKernel.withWeights(Norms.name(op), Norms.bytes(present), allocator -> {
            Norms norms = Norms.pack(present, allocator);
            return operands -> {
                RowNorm norm = norms.bind(operands.shape().channels()).orElseThrow();
                return (_, share) -> norm.run(operands.src(), operands.dst(), share);
            };
        });
    }

    private static Kernel responseNorm(Op.ResponseNorm op) {
        int channels = op.gamma().size();
        return new SimdKernel("response norm", Affine.packedBytes(channels), shape -> factorBytes(shape
                .statistics().images(), channels), allocator -> {
                    float[] shift = op.beta().map(Parameter::values).orElseGet(() -> new float[channels]);
                    Affine gamma = Affine.pack(op.gamma().values(), shift, allocator);
                    return operands -> responseNorm(gamma, operands);
                });
    }

    private static Task responseNorm(Affine gammaAndBeta, Operands operands) {
        ImageRows images = operands.shape().statistics();
        return (_, share) -> responseNorm(gammaAndBeta, images, operands, share);
    }

    private static void responseNorm(Affine gammaAndBeta, ImageRows images, Operands operands, Share share) {
        Matrix factors = factors(gammaAndBeta.scale(), images, operands, share, 0);
        Grn.scale(operands.src(), factors, images, operands.dst(), share);
        gammaAndBeta.shift(operands.dst(), share);
    }

    /** Bytes of the factors that {@link #factors} writes. */
    static long factorBytes(int images, int channels) {
        return Matrix.alignedBytes(images, channels);
    }

    /** Works out the factors of a response norm: every worker for itself, which is faster than to wait for one. */
    static Matrix factors(Matrix gamma, ImageRows images, Operands operands, Share share, long scratchOffset) {
        Matrix factors = Matrix.aligned(operands.scratch(share), scratchOffset, images.images(), gamma.columns());
        Grn.scales(operands.inputs().get(1), images, gamma, factors, Share.ALL);
        return factors;
    }

    private static Kernel layerScale(Op.LayerScale op) {
        Parameter gamma = op.gamma();
        return SimdKernel.withWeights("layer scale", Affine.packedBytes(gamma.size()), allocator -> {
            Affine affine = Affine.pack(gamma.values(), new float[gamma.size()], allocator);
            return operands -> (_, share) -> affine.run(operands.src(), operands.dst(), share);
        });
    }

    private static Kernel activate(Activation function) {
        return switch (function) {
            case GELU -> SimdKernel.withoutWeights("gelu",
                    operands -> (_, share) -> Gelu.run(operands.src(), operands.dst(), share));
            case GELU_TANH -> gate("tanh gelu", SigmoidGate.GELU_TANH);
            case SILU -> gate("silu", SigmoidGate.SILU);
        };
    }

    private static Kernel gate(String name, SigmoidGate gate) {
        return SimdKernel.withoutWeights(name,
                operands -> (_, share) -> gate.run(operands.src(), operands.dst(), share));
    }

    private static Task sumSquares(Operands operands) {
        ImageRows images = operands.shape().statistics();
        return (_, share) -> Grn.sumSquares(operands.src(), images, operands.dst(), share);
    }

    private static Task add(Operands operands) {
        return (_, share) -> Add.run(operands.src(), operands.inputs().get(1), operands.dst(), share);
    }

    private static Task pool(Operands operands) {
        ImageRows images = operands.shape().imageRows();
        return (_, share) -> GlobalPool.run(operands.src(), images, operands.dst(), share);
    }

    private static Task softmax(Operands operands) {
        return (_, share) -> Softmax.run(operands.src(), operands.dst(), share);
    }
}
