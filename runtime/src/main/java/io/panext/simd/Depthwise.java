package io.panext.simd;

import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.Task;
import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.DepthwiseConv;
import io.panext.kernels.DilatedDepthwiseConv;
import io.panext.kernels.Matrix;
import io.panext.kernels.RowNorm;
import io.panext.kernels.Share;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The depthwise convolutions: a kernel of its own for the usual 7×7, one for all others. */
final class Depthwise {

    private Depthwise() {}

    /** A convolution with its weights, for maps of any size. */
    @FunctionalInterface
    private interface Convolution {
        void run(Matrix src, Matrix dst, int height, int width, MemorySegment scratch, Share share);
    }

    static Kernel kernel(Op.DepthwiseConv op) {
        int kernel = op.kernel();
        int channels = op.bias().size();
        String name = "depthwise " + kernel + "x" + kernel
                + (op.dilation() == 1 ? "" : " dilated by " + op.dilation())
                + op.norm().map(norm -> " + " + Norms.name(norm)).orElse("");
        if (kernel == DepthwiseConv.KERNEL && op.dilation() == 1) {
            long bytes = DepthwiseConv.packedBytes(channels) + Norms.bytes(op.norm());
            return new SimdKernel(name, bytes, shape -> DepthwiseConv.scratchBytes(shape.width()), allocator -> {
                Norms norms = Norms.pack(op.norm(), allocator);
                DepthwiseConv conv = DepthwiseConv.pack(op.weights().values(), op.bias().values(), allocator);
                return operands -> task(conv::run, norms, operands);
            });
        }
        long bytes = DilatedDepthwiseConv.packedBytes(channels, kernel) + Norms.bytes(op.norm());
        return new SimdKernel(name, bytes,
                shape -> DilatedDepthwiseConv.scratchBytes(shape.width(), kernel, op.dilation()), allocator -> {
                    Norms norms = Norms.pack(op.norm(), allocator);
                    DilatedDepthwiseConv conv = DilatedDepthwiseConv.pack(op.weights().values(), op.bias().values(),
                            kernel, op.dilation(), allocator);
                    return operands -> task(conv::run, norms, operands);
                });
    }

    private static Task task(Convolution conv, Norms norms, Operands operands) {
        Optional<RowNorm> norm = norms.bind(operands.shape().channels());
        Shape shape = operands.shape();
        Matrix src = operands.src();
        Matrix dst = operands.dst();
        int imageRows = shape.images() * shape.height();
        return (_, share) -> {
            conv.run(src, dst, shape.height(), shape.width(), operands.scratch(share), share);
            // A worker normalises just the rows that it wrote itself.
            Matrix rows = dst.slice(share.from(imageRows) * shape.width(), share.to(imageRows) * shape.width());
            norm.ifPresent(rowNorm -> rowNorm.run(rows, rows, Share.ALL));
        };
    }
}
