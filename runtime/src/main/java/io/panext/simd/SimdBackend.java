package io.panext.simd;

import io.panext.compile.Backend;
import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.PackedKernel;
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
import io.panext.zoo.Parameter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
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
        });
    }

    private static Kernel depthwise(Op.DepthwiseConv op) {
        int channels = op.bias().size();
        String name = op.norm().isPresent() ? "depthwise 7x7 + layer norm" : "depthwise 7x7";
        long bytes = DepthwiseConv.packedBytes(channels) + op.norm().map(Norms::bytes).orElse(0L);
        return new SimdKernel(name, bytes, shape -> DepthwiseConv.scratchBytes(shape.width()), allocator -> {
            DepthwiseConv conv = DepthwiseConv.pack(op.weights().values(), op.bias().values(), allocator);
            Optional<LayerNorm> norm = op.norm().map(n -> Norms.pack(n, channels, allocator));
            return operands -> depthwise(conv, norm, operands);
        });
    }

    private static Task depthwise(DepthwiseConv conv, Optional<LayerNorm> norm, Operands operands) {
        Shape shape = operands.shape();
        Matrix src = operands.src();
        Matrix dst = operands.dst();
        return (_, share) -> {
            conv.run(src, dst, shape.height(), shape.width(), operands.scratch(share), share);
            norm.ifPresent(layerNorm -> layerNorm.runImageRows(dst, shape.width(), share));
        };
    }

    private static Kernel layerNorm(Op.LayerNorm op) {
        return SimdKernel.withWeights("layer norm", Norms.bytes(op), allocator -> operands -> {
            LayerNorm norm = Norms.pack(op, operands.shape().channels(), allocator);
            return (_, share) -> norm.run(operands.src(), operands.dst(), share);
        });
    }
}
