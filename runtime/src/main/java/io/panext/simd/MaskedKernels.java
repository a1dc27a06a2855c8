package io.panext.simd;

import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.Task;
import io.panext.graph.MaskedOp;
import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Affine;
import io.panext.kernels.Densify;
import io.panext.kernels.DepthwiseConv;
import io.panext.kernels.MaskedDepthwiseConv;
import io.panext.kernels.Matrix;
import io.panext.kernels.PatchEmbedding;
import io.panext.kernels.PatchTable;
import io.panext.kernels.RowNorm;
import io.panext.kernels.Share;
import io.panext.zoo.Parameter;
import java.util.Optional;

/** The ops that read the table of visible patches. */
final class MaskedKernels {

    private MaskedKernels() {}

    static Kernel kernel(MaskedOp op) {
        return switch (op) {
            case MaskedOp.PatchEmbedding stem -> patchEmbedding(stem);
            case MaskedOp.DepthwiseConv(Op.DepthwiseConv conv) -> depthwise(conv);
            case MaskedOp.Densify(Optional<Parameter> token) -> densify(token);
        };
    }

    private static Kernel patchEmbedding(MaskedOp.PatchEmbedding op) {
        return Convolutions.patchEmbedding(op, op.stem(), "gemm over visible patches", operands -> {
            Shape images = operands.shape();
            PatchTable table = operands.table();
            return (src, scratch) -> PatchEmbedding.visiblePatches(src, images.height(), images.width(),
                    op.stem().window().stride(), op.edge(), table, scratch);
        });
    }

    private static Kernel depthwise(Op.DepthwiseConv op) {
        String name = "masked depthwise 7x7" + op.norm().map(norm -> " + " + Norms.name(norm)).orElse("");
        long bytes = DepthwiseConv.packedBytes(op.bias().size()) + Norms.bytes(op.norm());
        return new SimdKernel(name, bytes, shape -> MaskedDepthwiseConv.scratchBytes(shape.height()), allocator -> {
            DepthwiseConv conv = DepthwiseConv.pack(op.weights().values(), op.bias().values(), allocator);
            Norms norms = Norms.pack(op.norm(), allocator);
            return operands -> depthwise(conv, norms.bind(operands.shape().channels()), operands);
        });
    }

    private static Task depthwise(DepthwiseConv weights, Optional<RowNorm> norm, Operands operands) {
        Shape shape = operands.shape();
        Matrix src = operands.src();
        Matrix dst = operands.dst();
        PatchTable table = operands.table();
        MaskedDepthwiseConv conv = new MaskedDepthwiseConv(weights, shape.height());
        return (_, share) -> {
            conv.run(src, dst, table, operands.scratch(share), share);
            // A worker normalises just the patches that it wrote itself.
            Matrix rows = dst.slice(share.from(table.slots()) * shape.pixels(),
                    share.to(table.slots()) * shape.pixels());
            norm.ifPresent(rowNorm -> rowNorm.run(rows, rows, Share.ALL));
        };
    }

    private static Kernel densify(Optional<Parameter> token) {
        // zeros are as long as the map is wide, which only shapes tell: they need scratch memory, a token weights
        long bytes = token.map(Parameter::size).map(Affine::packedBytes).orElse(0L);
        return new SimdKernel("densify", bytes, shape -> Matrix.alignedBytes(1, shape.channels()), allocator -> {
            Optional<Affine> packed = token
                    .map(values -> Affine.pack(values.values(), new float[values.size()], allocator));
            return operands -> {
                PatchTable table = operands.table();
                return (_, share) -> {
                    Matrix masked = packed.map(Affine::scale).orElseGet(() -> zeros(operands, share));
                    Densify.run(operands.src(), table, masked, operands.dst(), share);
                };
            };
        });
    }

    private static Matrix zeros(Operands operands, Share share) {
        return Matrix.aligned(operands.scratch(share).fill((byte) 0), 0, 1, operands.shape().channels());
    }
}
