package io.panext.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Primitives against plain loops, and what happens to those who misuse them. */
class PrimitiveTest {

    private static Onednn onednn;

    @BeforeAll
    static void load() throws OnednnUnavailableException {
        onednn = Onednn.find().orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "3,5,7", "49,96,384", "13,40,160", "196,33,17"})
    void matmulIsTheProductPlusBiasPlusResidual(int m, int k, int n) {
        try (Arena arena = Arena.ofConfined()) {
            float[] a = random(m * k);
            float[] b = random(k * n);
            float[] bias = random(n);
            float[] residual = random(m * n);
            float[] actual = matmul(arena, DataType.F32, m, k, n, a, b, bias, residual);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = bias[j] + residual[i * n + j];
                    for (int x = 0; x < k; x++) {
                        sum += (double) a[i * k + x] * b[x * n + j];
                    }
                    // k products of values below 1, each rounded to 24 bits
                    assertEquals(sum, actual[i * n + j], k * 1e-7 + 1e-6);
                }
            }
        }
    }

    @Test
    void bf16RoundsItsInputsAndSumsInSinglePrecision() {
        assumeTrue(onednn.isa().bf16(), "no bf16 on this machine");
        int k = 512;
        float[] a = random(k);
        float[] b = random(k);
        try (Arena arena = Arena.ofConfined()) {
            double sum = 0;
            for (int x = 0; x < k; x++) {
                sum += (double) rounded(a[x]) * rounded(b[x]);
            }
            float[] actual = matmul(arena, DataType.BF16, 1, k, 1, a, b, new float[1], new float[1]);
            // each of the k partial sums, half of the sum on average, is rounded to 24 bits; bf16 would lose 2^15 as much
            assertEquals(sum, actual[0], k * sum / 2 * 0x1p-24);
        }
    }

    /** Rounds to the nearest bf16, ties to even. */
    private static float rounded(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.intBitsToFloat((bits + 0x7fff + ((bits >>> 16) & 1)) & 0xffff0000);
    }

    private static float[] matmul(Arena arena, DataType type, int m, int k, int n, float[] a, float[] b, float[] bias,
            float[] residual) {
        long live = NativeObject.live();
        MemorySegment dst = arena.allocate(4L * m * n, 64);
        try (MemoryDescriptor src = MemoryDescriptor.rows(type, m, k, k);
                MemoryDescriptor weights = MemoryDescriptor.rows(type, k, n, n);
                MemoryDescriptor row = MemoryDescriptor.rows(DataType.F32, 1, n, n);
                MemoryDescriptor map = MemoryDescriptor.rows(DataType.F32, m, n, n);
                PrimitiveDescriptor descriptor = PrimitiveDescriptor.matmul(src, weights, row, map,
                        List.of(new PostOp.Add(map)))) {
            var tensors = new LinkedHashMap<Argument, Execution.Tensor>();
            tensors.put(Argument.SRC, new Execution.Tensor(src, converted(arena, type, a, m, k)));
            tensors.put(Argument.WEIGHTS, new Execution.Tensor(weights, converted(arena, type, b, k, n)));
            tensors.put(Argument.BIAS, new Execution.Tensor(row, floats(arena, bias)));
            tensors.put(Argument.postOp(0), new Execution.Tensor(map, floats(arena, residual)));
            tensors.put(Argument.DST, new Execution.Tensor(map, dst));
            run(arena, descriptor, tensors);
        }
        assertEquals(live, NativeObject.live(), "objects of oneDNN that were not given back");
        return dst.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static void run(Arena arena, PrimitiveDescriptor descriptor, Map<Argument, Execution.Tensor> tensors) {
        try (Primitive primitive = new Primitive(descriptor);
                var execution = new Execution(primitive, tensors, scratchpad(arena, descriptor))) {
            execution.run();
        }
    }

    private static MemorySegment converted(Arena arena, DataType type, float[] values, int rows, int columns) {
        MemorySegment plain = floats(arena, values);
        MemorySegment result = arena.allocate((long) type.bytes() * values.length, 64);
        try (MemoryDescriptor from = MemoryDescriptor.rows(DataType.F32, rows, columns, columns);
                MemoryDescriptor to = MemoryDescriptor.rows(type, rows, columns, columns);
                PrimitiveDescriptor reorder = PrimitiveDescriptor.reorder(from, to)) {
            run(arena, reorder, Map.of(Argument.SRC, new Execution.Tensor(from, plain), Argument.DST,
                    new Execution.Tensor(to, result)));
        }
        return result;
    }

    /** One channel a group, a row of zeros below the map and none above. */
    @Test
    void convolutionSumsTheWindowOfEachPixel() {
        int channels = 16;
        int height = 4;
        int width = 5;
        float[] map = random(height * width * channels);
        float[] kernels = random(channels * 9);
        float[] bias = random(channels);
        try (Arena arena = Arena.ofConfined();
                MemoryDescriptor src = channelsLast(channels, height, width);
                MemoryDescriptor dst = channelsLast(channels, height - 1, width);
                MemoryDescriptor any = MemoryDescriptor.anyLayout(DataType.F32, channels, 1, 1, 3, 3);
                MemoryDescriptor plain = MemoryDescriptor.strided(DataType.F32, new long[] {channels, 1, 1, 3, 3},
                        new long[] {9, 9, 9, 3, 1});
                MemoryDescriptor vector = MemoryDescriptor.vector(DataType.F32, channels);
                PrimitiveDescriptor convolution = PrimitiveDescriptor.convolution(src, any, vector, dst,
                        new PrimitiveDescriptor.Window(1, 0, 1, 1));
                MemoryDescriptor packed = convolution.weights();
                PrimitiveDescriptor pack = PrimitiveDescriptor.reorder(plain, packed)) {
            var weights = new Execution.Tensor(packed, arena.allocate(packed.bytes(), 64));
            var result = new Execution.Tensor(dst, arena.allocate(dst.bytes(), 64));
            run(arena, pack, Map.of(Argument.SRC, new Execution.Tensor(plain, floats(arena, kernels)), Argument.DST,
                    weights));
            run(arena, convolution, Map.of(Argument.SRC, new Execution.Tensor(src, floats(arena, map)),
                    Argument.WEIGHTS, weights, Argument.BIAS, new Execution.Tensor(vector, floats(arena, bias)),
                    Argument.DST, result));
            for (int i = 0; i < (height - 1) * width * channels; i++) {
                int c = i % channels;
                double sum = bias[c];
                for (int tap = 0; tap < 9; tap++) {
                    int y = i / channels / width + tap / 3;
                    int x = i / channels % width + tap % 3 - 1;
                    if (y < height && x >= 0 && x < width) {
                        sum += (double) kernels[c * 9 + tap] * map[(y * width + x) * channels + c];
                    }
                }
                assertEquals(sum, result.memory().getAtIndex(ValueLayout.JAVA_FLOAT, i), 2e-6);
            }
        }
    }

    private static MemoryDescriptor channelsLast(int channels, int height, int width) {
        return MemoryDescriptor.strided(DataType.F32, new long[] {1, channels, height, width},
                new long[] {(long) height * width * channels, 1, (long) width * channels, channels});
    }

    @Test
    void layerNormTakesOffTheMeanAndDividesByTheDeviation() {
        int rows = 3;
        int columns = 40;
        double eps = 0.1;
        float[] values = random(rows * columns);
        float[] scale = random(columns);
        float[] shift = random(columns + 1);
        try (Arena arena = Arena.ofConfined();
                MemoryDescriptor map = MemoryDescriptor.rows(DataType.F32, rows, columns, columns);
                MemoryDescriptor vector = MemoryDescriptor.vector(DataType.F32, columns);
                PrimitiveDescriptor norm = PrimitiveDescriptor.layerNorm(map, map, eps, true)) {
            var result = new Execution.Tensor(map, arena.allocate(map.bytes(), 64));
            run(arena, norm, Map.of(Argument.SRC, new Execution.Tensor(map, floats(arena, values)), Argument.SCALE,
                    new Execution.Tensor(vector, floats(arena, scale)), Argument.SHIFT,
                    new Execution.Tensor(vector, floats(arena, shift)), Argument.DST, result));
            for (int row = 0; row < rows; row++) {
                double mean = 0;
                double squares = 0;
                for (int c = 0; c < columns; c++) {
                    mean += (double) values[row * columns + c] / columns;
                    squares += Math.pow(values[row * columns + c], 2) / columns;
                }
                double deviation = Math.sqrt(squares - mean * mean + eps);
                for (int c = 0; c < columns; c++) {
                    int i = row * columns + c;
                    assertEquals((values[i] - mean) / deviation * scale[c] + shift[c],
                            result.memory().getAtIndex(ValueLayout.JAVA_FLOAT, i), 2e-6);
                }
            }
        }
    }

    @Test
    void aScaledReorderMultipliesEachColumn() {
        int rows = 3;
        int columns = 17;
        int stride = 20;
        float[] values = random(rows * columns);
        float[] scales = random(columns);
        try (Arena arena = Arena.ofConfined();
                MemoryDescriptor dense = MemoryDescriptor.rows(DataType.F32, rows, columns, columns);
                MemoryDescriptor apart = MemoryDescriptor.rows(DataType.F32, rows, columns, stride);
                MemoryDescriptor vector = MemoryDescriptor.vector(DataType.F32, columns);
                PrimitiveDescriptor reorder = PrimitiveDescriptor.scaledReorder(dense, apart)) {
            var result = new Execution.Tensor(apart, arena.allocate(apart.bytes(), 64));
            run(arena, reorder, Map.of(Argument.SRC, new Execution.Tensor(dense, floats(arena, values)),
                    Argument.SRC_SCALES, new Execution.Tensor(vector, floats(arena, scales)), Argument.DST, result));
            for (int i = 0; i < values.length; i++) {
                assertEquals(values[i] * scales[i % columns], result.memory().getAtIndex(ValueLayout.JAVA_FLOAT,
                        (long) i / columns * stride + i % columns));
            }
        }
    }

    @Test
    void aFailureNamesTheCallAndItsArguments() {
        try (MemoryDescriptor src = MemoryDescriptor.rows(DataType.F32, 2, 3, 3);
                MemoryDescriptor weights = MemoryDescriptor.rows(DataType.F32, 4, 5, 5);
                MemoryDescriptor dst = MemoryDescriptor.rows(DataType.F32, 2, 5, 5)) {
            var e = assertThrows(OnednnException.class, () -> PrimitiveDescriptor.matmul(src, weights, dst));
            assertTrue(e.getMessage().contains("invalid_arguments"), e.getMessage());
            assertTrue(e.getMessage().contains("matmul F32[2, 3]"), e.getMessage());
        }
    }

    @Test
    void theReferenceImplementationIsRefused() {
        try (MemoryDescriptor gaps = MemoryDescriptor.rows(DataType.F32, 2, 10, 16)) {
            var e = assertThrows(OnednnException.class, () -> PrimitiveDescriptor.softmax(gaps, gaps));
            assertTrue(e.getMessage().contains("nothing but ref"), e.getMessage());
        }
    }

    @Test
    void memoryOnTheHeapOrTooSmallIsRefused() {
        withSquare((primitive, row, _) -> {
            for (MemorySegment bad : List.of(MemorySegment.ofArray(new float[16]), Arena.ofAuto().allocate(60, 64))) {
                assertRefused("a tensor of 64 bytes cannot live in", primitive,
                        Map.of(Argument.SRC, new Execution.Tensor(row, bad), Argument.DST,
                                new Execution.Tensor(row, Arena.ofAuto().allocate(64, 64))));
            }
        });
    }

    @Test
    void aScratchpadOnTheHeapOrTooSmallIsRefused() {
        try (Arena arena = Arena.ofConfined();
                MemoryDescriptor src = MemoryDescriptor.rows(DataType.F32, 33, 40, 40);
                MemoryDescriptor weights = MemoryDescriptor.rows(DataType.F32, 40, 70, 70);
                MemoryDescriptor dst = MemoryDescriptor.rows(DataType.F32, 33, 70, 70);
                PrimitiveDescriptor matmul = PrimitiveDescriptor.matmul(src, weights, dst);
                Primitive primitive = new Primitive(matmul)) {
            long bytes = matmul.scratchpadBytes();
            assumeTrue(bytes > 0, "oneDNN needs no scratchpad for it on this machine");
            var tensors = Map.of(Argument.SRC, new Execution.Tensor(src, arena.allocate(src.bytes(), 64)),
                    Argument.WEIGHTS, new Execution.Tensor(weights, arena.allocate(weights.bytes(), 64)), Argument.DST,
                    new Execution.Tensor(dst, arena.allocate(dst.bytes(), 64)));
            for (MemorySegment bad : List.of(MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]),
                    arena.allocate(bytes - 1, 64), MemorySegment.NULL)) {
                assertRefused("a tensor of " + bytes + " bytes cannot live in", primitive, tensors, bad);
            }
        }
    }

    private static void assertRefused(String reason, Primitive primitive, Map<Argument, Execution.Tensor> tensors) {
        assertRefused(reason, primitive, tensors, MemorySegment.NULL);
    }

    private static void assertRefused(String reason, Primitive primitive, Map<Argument, Execution.Tensor> tensors,
            MemorySegment scratchpad) {
        long live = NativeObject.live();
        var e = assertThrows(IllegalArgumentException.class, () -> new Execution(primitive, tensors, scratchpad));
        assertTrue(e.getMessage().contains(reason), e.getMessage());
        assertEquals(live, NativeObject.live(), "objects of oneDNN that were not given back");
    }

    @Test
    void tensorsThatAreMissingOrSmallerThanThePrimitivesAreRefused() {
        withSquare((primitive, row, arena) -> {
            var tensor = new Execution.Tensor(row, arena.allocate(64, 64));
            assertRefused("no dst for square", primitive, Map.of(Argument.SRC, tensor));
            try (MemoryDescriptor shorter = MemoryDescriptor.rows(DataType.F32, 1, 8, 8)) {
                var half = new Execution.Tensor(shorter, arena.allocate(32, 64));
                assertRefused("src has 32 bytes", primitive, Map.of(Argument.SRC, half, Argument.DST, tensor));
                assertRefused("dst has 32 bytes", primitive, Map.of(Argument.SRC, tensor, Argument.DST, half));
            }
        });
    }

    @Test
    void weightsInALayoutOfOnednnsChoiceTakeWhatItSays() {
        try (Arena arena = Arena.ofConfined();
                MemoryDescriptor src = MemoryDescriptor.rows(DataType.F32, 33, 40, 40);
                MemoryDescriptor any = MemoryDescriptor.anyLayout(DataType.F32, 40, 70);
                MemoryDescriptor dst = MemoryDescriptor.rows(DataType.F32, 33, 70, 70);
                PrimitiveDescriptor descriptor = PrimitiveDescriptor.matmul(src, any, dst);
                Primitive primitive = new Primitive(descriptor);
                MemoryDescriptor few = MemoryDescriptor.rows(DataType.F32, 40, 60, 60)) {
            assertRefused("weights has 9600 bytes", primitive,
                    Map.of(Argument.SRC, new Execution.Tensor(src, arena.allocate(src.bytes(), 64)), Argument.WEIGHTS,
                            new Execution.Tensor(few, arena.allocate(few.bytes(), 64)), Argument.DST,
                            new Execution.Tensor(dst, arena.allocate(dst.bytes(), 64))));
            assertThrows(IllegalArgumentException.class, () -> PrimitiveDescriptor.matmul(any, any, dst));
        }
    }

    @Test
    void factorsForFewerColumnsThanThereAreAreRefused() {
        try (Arena arena = Arena.ofConfined();
                MemoryDescriptor rows = MemoryDescriptor.rows(DataType.F32, 3, 16, 16);
                MemoryDescriptor eight = MemoryDescriptor.vector(DataType.F32, 8);
                PrimitiveDescriptor norm = PrimitiveDescriptor.layerNorm(rows, rows, 1e-6, true);
                Primitive normed = new Primitive(norm);
                PrimitiveDescriptor reorder = PrimitiveDescriptor.scaledReorder(rows, rows);
                Primitive reordered = new Primitive(reorder)) {
            var tensor = new Execution.Tensor(rows, arena.allocate(rows.bytes(), 64));
            var half = new Execution.Tensor(eight, arena.allocate(eight.bytes(), 64));
            assertRefused("scale has 32 bytes", normed, Map.of(Argument.SRC, tensor, Argument.DST, tensor,
                    Argument.SCALE, half, Argument.SHIFT, tensor));
            assertRefused("shift has 32 bytes", normed, Map.of(Argument.SRC, tensor, Argument.DST, tensor,
                    Argument.SCALE, tensor, Argument.SHIFT, half));
            assertRefused("scales of src has 32 bytes", reordered,
                    Map.of(Argument.SRC, tensor, Argument.DST, tensor, Argument.SRC_SCALES, half));
        }
    }

    @Test
    void anAddendThatIsTooSmallIsRefused() {
        try (Arena arena = Arena.ofConfined();
                MemoryDescriptor square = MemoryDescriptor.rows(DataType.F32, 16, 16, 16);
                MemoryDescriptor row = MemoryDescriptor.rows(DataType.F32, 1, 16, 16);
                PrimitiveDescriptor descriptor = PrimitiveDescriptor.matmul(square, square, row, square,
                        List.of(new PostOp.Gelu(), new PostOp.Add(square)));
                Primitive primitive = new Primitive(descriptor)) {
            var whole = new Execution.Tensor(square, arena.allocate(square.bytes(), 64));
            assertRefused("the tensor of post-op 1 has 64 bytes", primitive,
                    Map.of(Argument.SRC, whole, Argument.WEIGHTS, whole, Argument.BIAS, whole, Argument.DST, whole,
                            Argument.postOp(1), new Execution.Tensor(row, arena.allocate(64, 64))));
        }
    }

    @Test
    void readOnlyMemoryIsReadButNotWritten() {
        withSquare((primitive, row, arena) -> {
            MemorySegment readOnly = arena.allocate(64, 64).asReadOnly();
            var src = new Execution.Tensor(row, readOnly);
            assertRefused("dst of square", primitive, Map.of(Argument.SRC, src, Argument.DST, src));
            try (var execution = new Execution(primitive,
                    Map.of(Argument.SRC, src, Argument.DST, new Execution.Tensor(row, arena.allocate(64, 64))),
                    MemorySegment.NULL)) {
                execution.run();
                assertThrows(IllegalArgumentException.class, () -> execution.move(Argument.DST, readOnly));
                var e = assertThrows(IllegalArgumentException.class,
                        () -> execution.move(Argument.WEIGHTS, readOnly));
                assertTrue(e.getMessage().startsWith("no weights in square"), e.getMessage());
            }
        });
    }

    @Test
    void whatCannotBeMadeLeavesNothing() {
        MemoryDescriptor square = MemoryDescriptor.rows(DataType.F32, 16, 16, 16);
        var closed = MemoryDescriptor.rows(DataType.F32, 16, 16, 16);
        closed.close();
        long live = NativeObject.live();
        assertThrows(IllegalStateException.class, () -> PrimitiveDescriptor.matmul(square, square, square, square,
                List.of(new PostOp.Add(closed))));
        assertThrows(ArithmeticException.class,
                () -> MemoryDescriptor.rows(DataType.F32, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
        assertEquals(live, NativeObject.live(), "objects of oneDNN that were not given back");
        square.close();
    }

    @Test
    void freedMemoryAndClosedObjectsAreErrorsNotCrashes() {
        withSquare((primitive, row, arena) -> {
            Execution execution;
            try (Arena shortLived = Arena.ofConfined()) {
                execution = new Execution(primitive, Map.of(Argument.SRC,
                        new Execution.Tensor(row, shortLived.allocate(64, 64)), Argument.DST,
                        new Execution.Tensor(row, arena.allocate(64, 64))), MemorySegment.NULL);
                execution.run();
            }
            assertThrows(IllegalStateException.class, execution::run);
            execution.close();
            assertThrows(IllegalStateException.class, execution::run);
        });
    }

    @FunctionalInterface
    private interface SquareUse {

        void with(Primitive primitive, MemoryDescriptor row, Arena arena);
    }

    private static void withSquare(SquareUse use) {
        try (Arena arena = Arena.ofConfined();
                MemoryDescriptor row = MemoryDescriptor.rows(DataType.F32, 1, 16, 16);
                PrimitiveDescriptor square = PrimitiveDescriptor.square(row, row);
                Primitive primitive = new Primitive(square)) {
            use.with(primitive, row, arena);
        }
    }

    private static MemorySegment scratchpad(Arena arena, PrimitiveDescriptor descriptor) {
        return arena.allocate(Math.max(1, descriptor.scratchpadBytes()), 64);
    }

    private static MemorySegment floats(Arena arena, float[] values) {
        return arena.allocate(4L * values.length, 64).copyFrom(MemorySegment.ofArray(values));
    }

    private static float[] random(int count) {
        var random = new Random(count);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }
}
