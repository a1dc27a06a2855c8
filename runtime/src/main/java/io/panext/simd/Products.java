package io.panext.simd;

import io.panext.compile.Kernel;
import io.panext.compile.Operands;
import io.panext.compile.PackedKernel;
import io.panext.compile.Task;
import io.panext.graph.Op;
import io.panext.graph.Op.PostOp;
import io.panext.graph.Shape;
import io.panext.kernels.Affine;
import io.panext.kernels.Epilogue;
import io.panext.kernels.Grn;
import io.panext.kernels.Linear;
import io.panext.kernels.Matrix;
import io.panext.kernels.PackedWeights;
import io.panext.kernels.RowSource;
import io.panext.kernels.Share;
import io.panext.kernels.SigmoidGate;
import io.panext.zoo.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The linears. */
final class Products {

    private Products() {}

    static Kernel linear(Op.Linear op) {
        var parts = new ArrayList<String>(List.of("gemm"));
        if (op.responseGamma().isPresent()) {
            parts.addFirst("response norm");
        }
        op.postOps().forEach(postOp -> parts.add(switch (postOp) {
            case GELU -> "gelu";
            case GELU_TANH -> "tanh gelu";
            case SILU -> "silu";
            case SUM_SQUARES -> "sum of squares";
            case ADD -> "residual";
        }));
        long gammaBytes = op.responseGamma().map(gamma -> Affine.packedBytes(gamma.size())).orElse(0L);
        return new SimdKernel(String.join(" + ", parts), weightBytes(op.weights(), op.bias()) + gammaBytes,
                shape -> op.responseGamma().isPresent() ? scaledBytes(op, shape) + factorBytes(shape) : 0,
                allocator -> {
                    var weights = PackedWeights.pack(new ParameterSource(op.weights(), op.bias()), allocator);
                    Optional<Affine> gamma = op.responseGamma()
                            .map(g -> Affine.pack(g.values(), new float[g.size()], allocator));
                    return operands -> gamma.map(g -> normed(op, weights, g.scale(), operands))
                            .orElseGet(() -> plain(op, new Linear(weights), operands));
                });
    }

    private static Task plain(Op.Linear op, Linear linear, Operands operands) {
        Epilogue epilogue = epilogue(op, operands);
        RowSource rows = RowSource.of(operands.src());
        int pixels = operands.shape().pixels();
        return (_, share) -> linear.run(rows, operands.dst(), pixels, epilogue, share);
    }

    /** The factors of the response norm go into the weights or into the rows, whichever are fewer. */
    private static Task normed(Op.Linear op, PackedWeights weights, Matrix gamma, Operands operands) {
        Epilogue epilogue = epilogue(op, operands);
        Shape shape = operands.shape();
        return (_, share) -> {
            Matrix factors = SimdBackend.factors(gamma, operands, share, scaledBytes(op, shape));
            if (scalesWeights(op, shape)) {
                scaleWeights(weights, factors, operands, epilogue, share);
            } else {
                scaleRows(new Linear(weights), factors, operands, epilogue, share);
            }
        };
    }

    private static void scaleRows(Linear linear, Matrix factors, Operands operands, Epilogue epilogue, Share share) {
        Shape shape = operands.shape();
        Matrix scratch = Matrix.aligned(operands.scratch(share), 0, blockRows(shape), shape.channels());
        RowSource rows = Grn.scaled(operands.src(), factors, shape.pixels(), scratch);
        linear.run(rows, operands.dst(), shape.pixels(), epilogue, share);
    }

    private static void scaleWeights(PackedWeights weights, Matrix factors, Operands operands, Epilogue epilogue,
            Share share) {
        int pixels = operands.shape().pixels();
        for (int image = 0; image < operands.shape().images(); image++) {
            int base = image * pixels;
            PackedWeights scaled = weights.scaled(factors.slice(image, image + 1), operands.scratch(share));
            RowSource rows = RowSource.of(operands.src().slice(base, base + pixels));
            new Linear(scaled).run(rows, operands.dst().slice(base, base + pixels), pixels,
                    (block, row, column) -> epilogue.apply(block, base + row, column), share);
        }
    }

    private static boolean scalesWeights(Op.Linear op, Shape shape) {
        return shape.pixels() > op.bias().size();
    }

    private static long scaledBytes(Op.Linear op, Shape shape) {
        return scalesWeights(op, shape)
                ? PackedWeights.bytes(op.bias().size(), shape.channels())
                : rowBytes(shape);
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
        if (op.postOps().equals(List.of(PostOp.GELU_TANH))) {
            return Epilogue.gated(SigmoidGate.GELU_TANH);
        }
        if (op.postOps().equals(List.of(PostOp.SILU))) {
            return Epilogue.gated(SigmoidGate.SILU);
        }
        if (op.postOps().equals(List.of(PostOp.ADD))) {
            return Epilogue.add(operands.inputs().getLast());
        }
        if (op.postOps().isEmpty()) {
            return Epilogue.NONE;
        }
        throw new IllegalArgumentException("no epilogue does " + op.postOps());
    }

    static int depth(Parameter weights) {
        return weights.size() / weights.shape().getFirst();
    }

    static long weightBytes(Parameter weights, Parameter bias) {
        return PackedWeights.bytes(bias.size(), depth(weights));
    }
}
