package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScaledWeightsTest {

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 7", "40, 17", "96, 33", "33, 160"})
    void theProductIsThatOfWeightsMultipliedBeforehand(int depth, int columns) {
        float[] weights = Sample.values(1, columns * depth);
        float[] bias = Sample.values(2, columns);
        float[] factors = Sample.values(3, depth);
        float[] multiplied = weights.clone();
        for (int i = 0; i < multiplied.length; i++) {
            multiplied[i] *= factors[i % depth];
        }
        Arena arena = Arena.ofAuto();
        MemorySegment scratch = arena.allocate(PackedWeights.bytes(columns, depth), Matrix.ROW_ALIGNMENT);
        PackedWeights scaled = PackedWeights.pack(weights, bias, arena)
                .scaled(GuardedMap.of(factors, depth).matrix(), scratch);
        assertArrayEquals(product(PackedWeights.pack(multiplied, bias, arena)), product(scaled));
    }

    private static float[] product(PackedWeights weights) {
        GuardedMap src = GuardedMap.of(Sample.values(4, 9 * weights.depth()), weights.depth());
        GuardedMap dst = GuardedMap.empty(9, weights.columns());
        new Linear(weights).run(RowSource.of(src.matrix()), dst.matrix(), ImageRows.equal(1, 9), Epilogue.NONE,
                Share.ALL);
        return dst.values();
    }

    @Test
    void otherFactorsAndTooLittleScratchAreRefused() {
        Arena arena = Arena.ofAuto();
        PackedWeights weights = PackedWeights.pack(new float[20], new float[5], arena);
        MemorySegment scratch = arena.allocate(PackedWeights.bytes(5, 4), Matrix.ROW_ALIGNMENT);
        Matrix factors = GuardedMap.empty(1, 4).matrix();
        assertThrows(IllegalArgumentException.class,
                () -> weights.scaled(GuardedMap.empty(1, 5).matrix(), scratch));
        assertThrows(IndexOutOfBoundsException.class, () -> weights.scaled(factors, scratch.asSlice(64)));
    }
}
