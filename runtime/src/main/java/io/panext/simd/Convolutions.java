package io.panext.simd;

import static io.panext.simd.Products.depth;
import static io.panext.simd.Products.weightBytes;

import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.PackedKernel;
import io.panext.graph.ChannelsLast;
import io.panext.graph.Op;
import io.panext.graph.Shape;
import io.panext.kernels.Downsample;
import io.panext.kernels.Epilogue;
import io.panext.kernels.Linear;
import io.panext.kernels.Matrix;
import io.panext.kernels.PackedWeights;
import io.panext.kernels.PatchEmbedding;
import io.panext.kernels.RowNorm;
import io.panext.kernels.RowSource;
import io.panext.kernels.Share;
import io.panext.kernels.Windows;
import io.panext.zoo.Activation;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The dense convolutions: matrix products over rows that are gathered when they are due. */
final class Convolutions {

    private Convolutions() {}

    /** Where a stem finds its rows: in the images of a run, gathered into scratch memory. */
    @FunctionalInterface
    interface PatchSource {

        RowSource rows(MemorySegment images, Matrix scratch);
    }

    static Kernel patchEmbedding(Op.PatchEmbedding op) {
        return patchEmbedding(op, op, "gemm over patches", operands -> {
            Shape shape = operands.shape();
            return (images, scratch) -> PatchEmbedding.patches(images, shape.height(), shape.width(), op.window(),
                    scratch);
        });
    }

    /**
     * Returns the kernel of a stem.
     *
     * @param op     the op that is, or contains, the stem
     * @param source where its rows are found
     */
    static Kernel patchEmbedding(Op op, Op.PatchEmbedding stem, String name, Function<Operands, PatchSource> source) {
        int depth = depth(stem.weights());
        long bytes = weightBytes(stem.weights(), stem.bias()) + Norms.bytes(stem.norm());
        String full = name + stem.activation().map(f -> " + " + name(f)).orElse("") + normName(stem.norm());
        return new SimdKernel(full, bytes,
                images -> Matrix.alignedBytes(Linear.blockRows(op.output(images).rows(), depth, stem.bias().size()),
                        depth),
                allocator -> {
                    var linear = new Linear(
                            PackedWeights.pack(new ParameterSource(stem.weights(), stem.bias()), allocator));
                    return patchEmbedding(stem, source, linear, Norms.pack(stem.norm(), allocator));
                });
    }

    private static PackedKernel patchEmbedding(Op.PatchEmbedding stem, Function<Operands, PatchSource> source,
            Linear linear, Norms norms) {
        int depth = depth(stem.weights());
        Epilogue epilogue = stem.activation().map(Epilogues::of).orElse(Epilogue.NONE);
        return operands -> {
            PatchSource patches = source.apply(operands);
            Matrix dst = operands.dst();
            Optional<RowNorm> norm = norms.bind(dst.columns());
            return (images, share) -> {
                Matrix scratch = Matrix.aligned(operands.scratch(share), 0,
                        Linear.blockRows(dst.rows(), depth, dst.columns()), depth);
                linear.runRows(patches.rows(images, scratch), dst, epilogue, share);
                normalise(norm, dst, share);
            };
        };
    }

    static Kernel windows(Op.Convolution op) {
        int channels = op.weights().shape().get(1);
        long bytes = weightBytes(op.weights(), op.bias()) + Norms.bytes(op.norm());
        int depth = depth(op.weights());
        return new SimdKernel("gemm over windows" + normName(op.norm()), bytes,
                shape -> Windows.scratchBytes(Linear.blockRows(op.output(shape).rows(), depth, op.bias().size()),
                        channels, op.window()),
                allocator -> {
                    var linear = new Linear(
                            PackedWeights.pack(new ParameterSource(ChannelsLast.of(op.weights()), op.bias()),
                                    allocator));
                    Norms norms = Norms.pack(op.norm(), allocator);
                    return operands -> {
                        Shape shape = operands.shape();
                        Matrix dst = operands.dst();
                        Optional<RowNorm> norm = norms.bind(dst.columns());
                        return (_, share) -> {
                            RowSource windows = Windows.of(operands.src(), shape.height(), shape.width(), op.window(),
                                    operands.scratch(share));
                            linear.runRows(windows, dst, Epilogue.NONE, share);
                            normalise(norm, dst, share);
                        };
                    };
                });
    }

    static Kernel downsample(Op.Downsample op) {
        int depth = depth(op.weights());
        int channels = op.weights().shape().get(1);
        long bytes = weightBytes(op.weights(), op.bias()) + Norms.bytes(op.norm());
        String name = op.norm().map(norm -> Norms.name(norm) + " + ").orElse("") + "gemm over 2x2 cells";
        return new SimdKernel(name, bytes,
                shape -> Downsample.scratchBytes(Linear.blockRows(op.output(shape).rows(), depth, op.bias().size()),
                        channels),
                allocator -> {
                    var linear = new Linear(
                            PackedWeights.pack(new ParameterSource(ChannelsLast.of(op.weights()), op.bias()),
                                    allocator));
                    Norms norms = Norms.pack(op.norm(), allocator);
                    return operands -> {
                        Shape shape = operands.shape();
                        Optional<RowNorm> norm = norms.bind(channels);
                        return (_, share) -> linear
                                .runRows(Downsample.cells(operands.src(), shape.height(), shape.width(),
                                        norm, operands.scratch(share)), operands.dst(), Epilogue.NONE, share);
                    };
                });
    }

    /** A worker normalises just the rows that it wrote itself. */
    private static void normalise(Optional<RowNorm> norm, Matrix dst, Share share) {
        Matrix rows = dst.slice(share.from(dst.rows()), share.to(dst.rows()));
        norm.ifPresent(rowNorm -> rowNorm.run(rows, rows, Share.ALL));
    }

    private static String name(Activation activation) {
        return activation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String normName(Optional<Op.ChannelNorm> norm) {
        return norm.map(found -> " + " + Norms.name(found)).orElse("");
    }
}
