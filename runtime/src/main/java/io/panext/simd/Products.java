package io.panext.simd;

import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.PackedKernel;
import io.panext.compile.Task;
import io.panext.graph.Op;
import io.panext.graph.Op.PostOp;
import io.panext.graph.Shape;
import io.panext.kernels.Affine;
import io.panext.kernels.Downsample;
import io.panext.kernels.Epilogue;
import io.panext.kernels.Grn;
import io.panext.kernels.LayerNorm;
import io.panext.kernels.Linear;
import io.panext.kernels.Matrix;
import io.panext.kernels.PackedWeights;
import io.panext.kernels.PatchEmbedding;
import io.panext.kernels.RowSource;
import io.panext.kernels.Share;
import io.panext.zoo.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The ops that are matrix products: linears, and the convolutions whose kernel is their stride. */
final class Products {

    private Products() {}

    static Kernel linear(Op.Linear op) {
        var parts = new ArrayList<String>(List.of("gemm"));
        if (op.responseGamma().isPresent()) {
            parts.addFirst("response norm");
        }
        op.postOps().forEach(postOp -> parts.add(switch (postOp) {
            case GELU -> "gelu";
            case SUM_SQUARES -> "sum of squares";
            case ADD -> "residual";
        }));
        long gammaBytes = op.responseGamma().map(gamma -> Affine.packedBytes(gamma.size())).orElse(0L);
        return new SimdKernel(String.join(" + ", parts), weightBytes(op.weights(), op.bias()) + gammaBytes,
                shape -> op.responseGamma().isPresent() ? rowBytes(shape) + factorBytes(shape) : 0, allocator -> {
                    var linear = new Linear(PackedWeights.pack(op.weights().values(), op.bias().values(), allocator));
                    Optional<Affine> gamma = op.responseGamma()
                            .map(g -> Affine.pack(g.values(), new float[g.size()], allocator));
                    return operands -> linear(op, linear, gamma, operands);
                });
    }

    private static Task linear(Op.Linear op, Linear linear, Optional<Affine> gamma, Operands operands) {
        Epilogue epilogue = epilogue(op, operands);
        int pixels = operands.shape().pixels();
        return (_, share) -> {
            RowSource rows = gamma.map(g -> scaledRows(g.scale(), operands, share))
                    .orElseGet(() -> RowSource.of(operands.src()));
            linear.run(rows, operands.dst(), pixels, epilogue, share);
        };
    }

    private static RowSource scaledRows(Matrix gamma, Operands operands, Share share) {
        Shape shape = operands.shape();
        Matrix factors = SimdBackend.factors(gamma, operands, share, rowBytes(shape));
        return Grn.scaled(operands.src(), factors, shape.pixels(),
                Matrix.aligned(operands.scratch(share), 0, blockRows(shape), shape.channels()));
    }

    private static long rowBytes(Shape shape) {
        return Matrix.alignedBytes(blockRows(shape), shape.channels());
    }

    private static int blockRows(Shape shape) {
        return Math.min(shape.rows(), Linear.blockRows(shape.channels()));
    }

    private static long factorBytes(Shape shape) {
        return SimdBackend.factorBytes(shape.images(), shape.channels());
    }

    private static Epilogue epilogue(Op.Linear op, Operands operands) {
        if (op.postOps().equals(List.of(PostOp.GELU, PostOp.SUM_SQUARES))) {
            return Epilogue.geluAndSquares(operands.outputs().get(1), operands.shape().pixels());
        }
        if (op.postOps().equals(List.of(PostOp.GELU))) {
            return Epilogue.GELU;
        }
        if (op.postOps().equals(List.of(PostOp.ADD))) {
            return Epilogue.add(operands.inputs().getLast());
        }
        if (op.postOps().isEmpty()) {
            return Epilogue.NONE;
        }
        throw new IllegalArgumentException("no epilogue does " + op.postOps());
    }

    static Kernel patchEmbedding(Op.PatchEmbedding op) {
        int depth = depth(op.weights());
        long weightBytes = weightBytes(op.weights(), op.bias()) + Norms.bytes(op.norm());
        long scratch = Matrix.alignedBytes(Linear.blockRows(depth), depth);
        return new SimdKernel("gemm over patches" + (op.norm().isPresent() ? " + layer norm" : ""), weightBytes,
                _ -> scratch, allocator -> {
                    var linear = new Linear(PackedWeights.pack(op.weights().values(), op.bias().values(), allocator));
                    return patchEmbedding(op, linear, Norms.pack(op.norm(), allocator));
                });
    }

    private static PackedKernel patchEmbedding(Op.PatchEmbedding op, Linear linear, Norms norms) {
        int depth = depth(op.weights());
        return operands -> {
            Shape shape = operands.shape();
            Matrix dst = operands.dst();
            Optional<LayerNorm> norm = norms.bind(dst.columns());
            return (images, share) -> {
                Matrix scratch = Matrix.aligned(operands.scratch(share), 0, Linear.blockRows(depth), depth);
                RowSource patches = PatchEmbedding.patches(images, shape.height(), shape.width(), op.patch(), scratch);
                linear.runRows(patches, dst, Epilogue.NONE, share);
                Matrix rows = dst.slice(share.from(dst.rows()), share.to(dst.rows()));
                norm.ifPresent(layerNorm -> layerNorm.run(rows, rows, Share.ALL));
            };
        };
    }

    static Kernel downsample(Op.Downsample op) {
        int depth = depth(op.weights());
        int channels = op.weights().shape().get(1);
        long weightBytes = weightBytes(op.weights(), op.bias()) + Norms.bytes(op.norm());
        long scratch = Downsample.scratchBytes(Linear.blockRows(depth), channels);
        return new SimdKernel((op.norm().isPresent() ? "layer norm + " : "") + "gemm over 2x2 cells", weightBytes,
                _ -> scratch, allocator -> {
                    float[] weights = Downsample.rowOrder(op.weights().values(), channels);
                    var linear = new Linear(PackedWeights.pack(weights, op.bias().values(), allocator));
                    Norms norms = Norms.pack(op.norm(), allocator);
                    return operands -> {
                        Shape shape = operands.shape();
                        Optional<LayerNorm> norm = norms.bind(channels);
                        return (_, share) -> linear.runRows(Downsample.cells(operands.src(), shape.height(),
                                shape.width(), norm, operands.scratch(share)), operands.dst(), Epilogue.NONE, share);
                    };
                });
    }

    private static int depth(Parameter weights) {
        return weights.size() / weights.shape().getFirst();
    }

    private static long weightBytes(Parameter weights, Parameter bias) {
        return PackedWeights.bytes(bias.size(), depth(weights));
    }
}
