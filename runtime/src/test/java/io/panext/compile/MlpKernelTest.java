package io.panext.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.panext.NormalDistribution;
import io.panext.dnnl.DnnlBackend;
import io.panext.dnnl.WeightLayout;
import io.panext.graph.Op;
import io.panext.graph.Op.PostOp;
import io.panext.graph.Shape;
import io.panext.kernels.Matrix;
import io.panext.kernels.Share;
import io.panext.onednn.DataType;
import io.panext.onednn.Onednn;
import io.panext.onednn.OnednnUnavailableException;
import io.panext.simd.SimdBackend;
import io.panext.zoo.Parameter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Two linears block by block give what they give one after the other over the whole map. */
@Tag("models")
class MlpKernelTest {

    /** Every activation is within 1e-6, tanh's and the sigmoid's relative to their result. */
    private static final double ACTIVATION = 2e-6;

    /** An error of the first product changes an activation by at most this much more. */
    private static final double STEEPEST = 1.13;

    private static final double ULP = Math.scalb(1.0, -23);

    static Stream<Arguments> cases() {
        Stream<Arguments> activations = Stream.of(PostOp.GELU, PostOp.GELU_TANH, PostOp.SILU)
                .map(activation -> Arguments.of(activation, 100, 17, 68));
        Stream<Arguments> rows = IntStream.of(1, 6, 8, 48, 50, 97, 196, 197, 393, 1001)
                .mapToObj(count -> Arguments.of(PostOp.GELU, count, 3, 13));
        Stream<Arguments> channels = Stream.of(new int[] {1, 1}, new int[] {16, 64}, new int[] {33, 31},
                new int[] {40, 160}, new int[] {97, 388}).map(c -> Arguments.of(PostOp.GELU, 230, c[0], c[1]));
        return Stream.of(activations, rows, channels).flatMap(all -> all);
    }

    @ParameterizedTest(name = "{0}, {1} rows of {2} to {3} channels")
    @MethodSource("cases")
    void agreesWithTheReferenceWithTheSameBitsForAnyNumberOfWorkers(PostOp activation, int rows, int channels,
            int hidden) throws OnednnUnavailableException {
        var mlp = new Mlp(activation, rows, channels, hidden);
        double[][] expected = mlp.expected();
        for (Kernel kernel : kernels(mlp.op())) {
            float[] alone = mlp.run(kernel, 1);
            for (int i = 0; i < alone.length; i++) {
                assertEquals(expected[0][i], alone[i], expected[1][i], kernel.name() + " at " + i);
            }
            for (int workers = 2; workers <= 5; workers++) {
                assertArrayEquals(alone, mlp.run(kernel, workers), 0, kernel.name() + " by " + workers);
            }
            assertArrayEquals(alone, mlp.runApart((MlpKernel) kernel), 0, kernel.name() + " one after the other");
        }
    }

    private static List<Kernel> kernels(Op op) throws OnednnUnavailableException {
        var kernels = new ArrayList<Kernel>(new SimdBackend().kernels(op).toList());
        if (Onednn.find().isPresent()) {
            List<Kernel> onednn = new DnnlBackend(DataType.F32, WeightLayout.PACKED).kernels(op).toList();
            assertFalse(onednn.isEmpty());
            kernels.addAll(onednn);
        }
        return kernels;
    }

    /** A parameter whose values follow from a number. */
    private record Seeded(String name, List<Integer> shape, int seed) implements Parameter {

        static Seeded of(String name, int seed, Integer... shape) {
            return new Seeded(name, List.of(shape), seed);
        }

        @Override
        public float[] values() {
            return random(seed, size(), 1 / Math.sqrt(shape.getLast()));
        }
    }

    private static float[] random(int seed, int count, double scale) {
        var random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) ((2 * random.nextDouble() - 1) * scale);
        }
        return values;
    }

    /** An op with its operands and its reference. */
    private static final class Mlp {

        private final PostOp activation;
        private final int rows;
        private final int channels;
        private final int hidden;
        private final Op.Mlp op;
        private final float[] map;
        private final float[] residual;

        Mlp(PostOp activation, int rows, int channels, int hidden) {
            this.activation = activation;
            this.rows = rows;
            this.channels = channels;
            this.hidden = hidden;
            this.op = new Op.Mlp(
                    new Op.Linear(Seeded.of("fc1.weight", 1, hidden, channels), Seeded.of("fc1.bias", 2, hidden),
                            Optional.empty(), List.of(activation)),
                    new Op.Linear(Seeded.of("fc2.weight", 3, channels, hidden), Seeded.of("fc2.bias", 4, channels),
                            Optional.empty(), List.of(PostOp.ADD)));
            this.map = random(5, rows * channels, 3);
            this.residual = random(6, rows * channels, 1);
        }

        Op op() {
            return op;
        }

        /** Does every share, the last one first. */
        float[] run(Kernel kernel, int workers) {
            try (Arena arena = Arena.ofShared()) {
                Matrix dst = matrix(arena, random(7, rows * channels, 1));
                run(kernel, workers, List.of(matrix(arena, map), matrix(arena, residual)), dst, arena);
                return values(dst);
            }
        }

        /** Does all of the first linear, then all of the second. */
        float[] runApart(MlpKernel kernel) {
            try (Arena arena = Arena.ofShared()) {
                Matrix dst = matrix(arena, random(7, rows * channels, 1));
                Matrix between = Matrix.aligned(arena.allocate(Matrix.alignedBytes(rows, hidden), 64), 0, rows, hidden);
                run(kernel.expand(), 1, List.of(matrix(arena, map)), between, arena);
                run(kernel.project(), 1, List.of(between, matrix(arena, residual)), dst, arena);
                return values(dst);
            }
        }

        private void run(Kernel kernel, int workers, List<Matrix> inputs, Matrix dst, Arena arena) {
            var shape = new Shape(1, rows, 1, inputs.getFirst().columns());
            List<MemorySegment> scratch = IntStream.range(0, workers).mapToObj(
                    _ -> arena.allocate(kernel.scratchBytes(shape, workers), 64).fill((byte) -1)).toList();
            try (PackedKernel packed = kernel.pack(arena);
                    Task task = packed.bind(new Operands(shape, inputs, List.of(dst), scratch, MemorySegment.NULL))) {
                for (int worker = workers - 1; worker >= 0; worker--) {
                    task.run(MemorySegment.NULL, new Share(worker, workers));
                }
            }
        }

        private float[] values(Matrix dst) {
            float[] values = new float[rows * channels];
            for (int i = 0; i < values.length; i++) {
                values[i] = dst.get(i / channels, i % channels);
            }
            return values;
        }

        private Matrix matrix(Arena arena, float[] values) {
            Matrix matrix = Matrix.aligned(arena.allocate(Matrix.alignedBytes(rows, channels), 64), 0, rows, channels);
            for (int i = 0; i < values.length; i++) {
                matrix.set(i / channels, i % channels, values[i]);
            }
            return matrix;
        }

        /** Returns the exact results and the errors that are allowed in them. */
        double[][] expected() {
            float[] w1 = op.expand().weights().values();
            float[] b1 = op.expand().bias().values();
            float[] w2 = op.project().weights().values();
            float[] b2 = op.project().bias().values();
            double[][] results = new double[2][rows * channels];
            for (int row = 0; row < rows; row++) {
                double[] values = new double[hidden];
                double[] errors = new double[hidden];
                for (int h = 0; h < hidden; h++) {
                    double sum = b1[h];
                    double magnitude = Math.abs(b1[h]);
                    for (int c = 0; c < channels; c++) {
                        double product = (double) map[row * channels + c] * w1[h * channels + c];
                        sum += product;
                        magnitude += Math.abs(product);
                    }
                    values[h] = activated(sum);
                    errors[h] = STEEPEST * ULP * (channels + 1) * magnitude + ACTIVATION * Math.max(1, Math.abs(sum));
                }
                for (int c = 0; c < channels; c++) {
                    int at = row * channels + c;
                    results[0][at] = b2[c] + residual[at];
                    double magnitude = Math.abs(b2[c]) + Math.abs(residual[at]);
                    for (int h = 0; h < hidden; h++) {
                        double product = values[h] * w2[c * hidden + h];
                        results[0][at] += product;
                        magnitude += Math.abs(product);
                        results[1][at] += errors[h] * Math.abs(w2[c * hidden + h]);
                    }
                    results[1][at] += ULP * (hidden + 2) * magnitude;
                }
            }
            return results;
        }

        private double activated(double x) {
            return switch (activation) {
                case GELU -> x * NormalDistribution.cumulative(x);
                case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
                case SILU -> x / (1 + Math.exp(-x));
                case SUM_SQUARES, ADD -> throw new IllegalArgumentException("no activation: " + activation);
            };
        }
    }
}
