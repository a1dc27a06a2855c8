package io.panext.simd;

import io.panext.compile.Backend;
import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.Task;
import io.panext.graph.MaskedOp;
import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Add;
import io.panext.kernels.Affine;
import io.panext.kernels.DepthwiseConv;
import io.panext.kernels.Gelu;
import io.panext.kernels.GlobalPool;
import io.panext.kernels.Grn;
import io.panext.kernels.ImageRows;
import io.panext.kernels.LayerNorm;
import io.panext.kernels.Matrix;
import io.panext.kernels.Share;
import io.panext.kernels.Softmax;
import io.panext.zoo.Parameter;
import java.util.List;
import java.util.Optional;

/** The kernels of the Vector API, fp32: one for every op, so that panext needs nothing else. */
public final class SimdBackend implements Backend {

    private static final boolean VECTOR_API = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    /** @throws VectorApiMissingException if Java runs without the Vector API */
    @Override
    public List<Kernel> kernels(Op op) {
        if (!VECTOR_API) {
            throw new VectorApiMissingException();
        }
        return List.of(switch (op) {
            case Op.PatchEmbedding stem -> Products.patchEmbedding(stem);
            case Op.Downsample conv -> Products.downsample(conv);
            case Op.Linear linear -> Products.linear(linear);
            case Op.DepthwiseConv conv -> depthwise(conv);
            case Op.LayerNorm norm -> layerNorm(norm);
            case Op.Gelu _ -> SimdKernel.withoutWeights("gelu", SimdBackend::gelu);
            case Op.SumSquares _ -> SimdKernel.withoutWeights("sum of squares", SimdBackend::sumSquares);
            case Op.ResponseNorm norm -> responseNorm(norm);
            case Op.LayerScale scale -> layerScale(scale);
            case Op.Add _ -> SimdKernel.withoutWeights("add", SimdBackend::add);
            case Op.GlobalPool _ -> SimdKernel.withoutWeights("average pool", SimdBackend::pool);
            case Op.Softmax _ -> SimdKernel.withoutWeights("softmax", SimdBackend::softmax);
            case MaskedOp masked -> MaskedKernels.kernel(masked);
        });
    }

    private static Kernel depthwise(Op.DepthwiseConv op) {
        String name = "depthwise 7x7" + (op.norm().isPresent() ? " + layer norm" : "");
        long bytes = DepthwiseConv.packedBytes(op.bias().size()) + Norms.bytes(op.norm());
        return new SimdKernel(name, bytes, shape -> DepthwiseConv.scratchBytes(shape.width()), allocator -> {
            DepthwiseConv conv = DepthwiseConv.pack(op.weights().values(), op.bias().values(), allocator);
            Norms norms = Norms.pack(op.norm(), allocator);
            return operands -> depthwise(conv, norms.bind(operands.shape().channels()), operands);
        });
    }

    private static Task depthwise(DepthwiseConv conv, Optional<LayerNorm> norm, Operands operands) {
        Shape shape = operands.shape();
        Matrix src = operands.src();
        Matrix dst = operands.dst();
        int imageRows = shape.images() * shape.height();
        return (_, share) -> {
            conv.run(src, dst, shape.height(), shape.width(), operands.scratch(share), share);
            // A worker normalises just the rows that it wrote itself.
            Matrix rows = dst.slice(share.from(imageRows) * shape.width(), share.to(imageRows) * shape.width());
            norm.ifPresent(layerNorm -> layerNorm.run(rows, rows, Share.ALL));
        };
    }

    private static Kernel layerNorm(Op.LayerNorm op) {
        Optional<Op.LayerNorm> present = Optional.of(op);
        return SimdKernel.withWeights("layer norm", Norms.bytes(present), allocator -> {
            Norms norms = Norms.pack(present, allocator);
            return operands -> {
                LayerNorm norm = norms.bind(operands.shape().channels()).orElseThrow();
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

    private static Task gelu(Operands operands) {
        return (_, share) -> Gelu.run(operands.src(), operands.dst(), share);
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
