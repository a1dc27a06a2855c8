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
            assertEquals(sum, actual[0], k * 1e-7);
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
                        List.of(new PostOp.Add(map)));
                Primitive primitive = new Primitive(descriptor)) {
            var tensors = new LinkedHashMap<Argument, Execution.Tensor>();
            tensors.put(Argument.SRC, new Execution.Tensor(src, converted(arena, type, a, m, k)));
            tensors.put(Argument.WEIGHTS, new Execution.Tensor(weights, converted(arena, type, b, k, n)));
            tensors.put(Argument.BIAS, new Execution.Tensor(row, floats(arena, bias)));
            tensors.put(Argument.postOp(0), new Execution.Tensor(map, floats(arena, residual)));
            tensors.put(Argument.DST, new Execution.Tensor(map, dst));
            try (var execution = new Execution(primitive, tensors, scratchpad(arena, descriptor))) {
                execution.run();
            }
        }
        assertEquals(live, NativeObject.live(), "objects of oneDNN that were not given back");
        return dst.toArray(ValueLayout.JAVA_FLOAT);
    }

    private static MemorySegment converted(Arena arena, DataType type, float[] values, int rows, int columns) {
        MemorySegment plain = floats(arena, values);
        MemorySegment result = arena.allocate((long) type.bytes() * values.length, 64);
        try (MemoryDescriptor from = MemoryDescriptor.rows(DataType.F32, rows, columns, columns);
                MemoryDescriptor to = MemoryDescriptor.rows(type, rows, columns, columns);
                PrimitiveDescriptor reorder = PrimitiveDescriptor.reorder(from, to);
                Primitive primitive = new Primitive(reorder);
                Execution execution = new Execution(primitive, Map.of(Argument.SRC,
                        new Execution.Tensor(from, plain), Argument.DST, new Execution.Tensor(to, result)),
                        scratchpad(arena, reorder))) {
            execution.run();
        }
        return result;
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
                Map<Argument, Execution.Tensor> tensors = Map.of(Argument.SRC, new Execution.Tensor(row, bad));
                assertThrows(IllegalArgumentException.class,
                        () -> new Execution(primitive, tensors, MemorySegment.NULL));
            }
        });
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
