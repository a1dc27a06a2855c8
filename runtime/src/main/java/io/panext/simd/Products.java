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
import io.panext.kernels.ImageRows;
import io.panext.kernels.Linear;
import io.panext.kernels.Matrix;
import io.panext.kernels.PackedWeights;
import io.panext.kernels.RowSource;
import io.panext.kernels.Share;
import io.panext.zoo.Parameter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The linears. */
final class Products {

    /** From how many rows for each output channel on weights are scaled that take more memory than rows of a masked map. */
    private static final int MASKED_ROWS_PER_COLUMN = 8;

    private Products() {}

    static Kernel linear(Op.Linear op) {
        var parts = new ArrayList<String>(List.of("gemm"));
        if (op.responseGamma().isPresent()) {
            parts.addFirst("response norm");
        }
        op.postOps().forEach(postOp -> parts.add(postOp.label()));
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
        Epilogue epilogue = Epilogues.of(op.postOps(), operands);
        RowSource rows = RowSource.of(operands.src());
        ImageRows images = chunks(op, operands.shape());
        return (_, share) -> linear.run(rows, operands.dst(), images, epilogue, share);
    }

    /** The factors of the response norm go into the weights or into the rows, whichever are fewer. */
    private static Task normed(Op.Linear op, PackedWeights weights, Matrix gamma, Operands operands) {
        Epilogue epilogue = Epilogues.of(op.postOps(), operands);
        Shape shape = operands.shape();
        ImageRows images = shape.statistics();
        return (_, share) -> {
            Matrix factors = SimdBackend.factors(gamma, images, operands, share, scaledBytes(op, shape));
            if (scalesWeights(op, shape)) {
                scaleWeights(weights, factors, images, operands, epilogue, share);
            } else {
                scaleRows(op, new Linear(weights), factors, images, operands, epilogue, share);
            }
        };
    }

    private static void scaleRows(Op.Linear op, Linear linear, Matrix factors, ImageRows images, Operands operands,
            Epilogue epilogue, Share share) {
        Shape shape = operands.shape();
        Matrix scratch = Matrix.aligned(operands.scratch(share), 0,
                Linear.blockRows(shape.rows(), shape.channels(), op.bias().size()),
                shape.channels());
        RowSource rows = Grn.scaled(operands.src(), factors, images, scratch);
        linear.run(rows, operands.dst(), chunks(op, shape), epilogue, share);
    }

    /** Whose rows they are matters for sums alone: else those of small images share their chunks. */
    private static ImageRows chunks(Op.Linear op, Shape shape) {
        return op.postOps().contains(PostOp.SUM_SQUARES) ? shape.statistics() : ImageRows.of(shape.rows());
    }

    private static void scaleWeights(PackedWeights weights, Matrix factors, ImageRows images, Operands operands,
            Epilogue epilogue, Share share) {
        for (int image = 0; image < images.images(); image++) {
            int from = images.firstRow(image);
            int to = images.firstRow(image + 1);
            PackedWeights scaled = weights.scaled(factors.slice(image, image + 1), operands.scratch(share));
            RowSource rows = RowSource.of(operands.src().slice(from, to));
            new Linear(scaled).run(rows, operands.dst().slice(from, to), ImageRows.of(to - from),
                    epilogue.from(from), share);
        }
    }

    /** A masked map is small, and so must be what is needed beside it. */
    private static boolean scalesWeights(Op.Linear op, Shape shape) {
        ImageRows images = shape.statistics();
        int rows = images.rows() / images.images();
        boolean takesMore = weightBytes(op.weights(), op.bias()) > rowBytes(op, shape);
        int least = takesMore && shape.visible().isPresent() ? MASKED_ROWS_PER_COLUMN : 1;
        return rows > least * op.bias().size();
    }

    private static long scaledBytes(Op.Linear op, Shape shape) {
        return scalesWeights(op, shape) ? weightBytes(op.weights(), op.bias()) : rowBytes(op, shape);
    }

    private static long rowBytes(Op.Linear op, Shape shape) {
        return Matrix.alignedBytes(Linear.blockRows(shape.rows(), shape.channels(), op.bias().size()),
                shape.channels());
    }

    private static long factorBytes(Shape shape) {
        return SimdBackend.factorBytes(shape.statistics().images(), shape.channels());
    }

    static int depth(Parameter weights) {
        return weights.size() / weights.shape().getFirst();
    }

    static long weightBytes(Parameter weights, Parameter bias) {
        return PackedWeights.bytes(bias.size(), depth(weights));
    }
}
