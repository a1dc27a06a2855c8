package io.panext.simd;

import io.panext.compile.Backend;
import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.Task;
import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Add;
import io.panext.kernels.Affine;
import io.panext.kernels.DepthwiseConv;
import io.panext.kernels.Gelu;
import io.panext.kernels.GlobalPool;
import io.panext.kernels.Grn;
import io.panext.kernels.LayerNorm;
import io.panext.kernels.Matrix;
import io.panext.kernels.Share;
import io.panext.kernels.Softmax;
import io.panext.zoo.Parameter;
import java.util.Arrays;
import java.util.Optional;

/** The kernels of the Vector API, fp32: one for every op, so that panext needs nothing else. */
public final class SimdBackend implements Backend {

    @Override
    public Optional<Kernel> kernel(Op op) {
        return Optional.of(switch (op) {
            case Op.PatchEmbedding stem -> Products.patchEmbedding(stem);
            case Op.Downsample conv -> Products.downsample(conv);
            case Op.Linear linear -> Products.linear(linear);
            case Op.DepthwiseConv conv -> depthwise(conv);
            case Op.LayerNorm norm -> layerNorm(norm);
            case Op.Gelu _ -> SimdKernel.withoutWeights("gelu", SimdBackend::gelu);
            case Op.SumSquares _ -> SimdKernel.withoutWeights("sum of squares", SimdBackend::sumSquares);
            case Op.ResponseScales scales -> responseScales(scales);
            case Op.ResponseScale scale -> responseScale(scale);
            case Op.LayerScale scale -> layerScale(scale);
            case Op.Add _ -> SimdKernel.withoutWeights("add", SimdBackend::add);
            case Op.GlobalPool _ -> SimdKernel.withoutWeights("average pool", SimdBackend::pool);
            case Op.Softmax _ -> SimdKernel.withoutWeights("softmax", SimdBackend::softmax);
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

    private static Kernel responseScales(Op.ResponseScales op) {
        Parameter gamma = op.gamma();
        return SimdKernel.withWeights("response scales", Affine.packedBytes(gamma.size()), allocator -> {
            Affine packed = Affine.pack(gamma.values(), new float[gamma.size()], allocator);
            return operands -> (_, share) -> Grn.scales(operands.src(), packed.scale(), operands.dst(), share);
        });
    }

    private static Kernel responseScale(Op.ResponseScale op) {
        long bytes = op.beta().map(beta -> Affine.packedBytes(beta.size())).orElse(0L);
        return SimdKernel.withWeights("response scale", bytes, allocator -> {
            Optional<Affine> shift = op.beta().map(beta -> Affine.pack(ones(beta.size()), beta.values(), allocator));
            return operands -> {
                Matrix factors = operands.inputs().get(1);
                int pixels = operands.shape().pixels();
                return (_, share) -> {
                    Grn.scale(operands.src(), factors, pixels, operands.dst(), share);
                    shift.ifPresent(affine -> affine.run(operands.dst(), operands.dst(), share));
                };
            };
        });
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
        int pixels = operands.shape().pixels();
        return (_, share) -> Grn.sumSquares(operands.src(), pixels, operands.dst(), share);
    }

    private static Task add(Operands operands) {
        return (_, share) -> Add.run(operands.src(), operands.inputs().get(1), operands.dst(), share);
    }

    private static Task pool(Operands operands) {
        return (_, share) -> GlobalPool.run(operands.src(), operands.dst(), share);
    }

    private static Task softmax(Operands operands) {
        return (_, share) -> Softmax.run(operands.src(), operands.dst(), share);
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}
