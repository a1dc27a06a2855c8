package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixTest {

    private final MemorySegment memory = Arena.ofAuto().allocate(256, Matrix.ROW_ALIGNMENT);

    @ParameterizedTest(name = "{1}x{2} at {0}, stride {3}")
    @CsvSource({"0, 5, 16, 64", "193, 1, 16, 64", "-4, 1, 1, 64", "0, -1, 1, 64", "0, 1, 0, 64", "0, 1, -1, 64",
            "0, 2, 1, -64", "257, 0, 1, 64", "0, 2147483647, 2147483647, 64"})
    void aViewThatLeavesTheMemoryIsRefused(long offset, int rows, int columns, long stride) {
        assertThrows(IndexOutOfBoundsException.class, () -> new Matrix(memory, offset, stride, rows, columns));
    }

    @Test
    void aViewMayEndWithTheMemoryOrBeEmpty() {
        assertEquals(4, new Matrix(memory, 0, 64, 4, 16).rows());
        assertEquals(0, new Matrix(memory, 256, 64, 0, 16).rows());
    }

    @ParameterizedTest(name = "{0} to {1}")
    @CsvSource({"-1, 1", "0, 4", "2, 1"})
    void aSliceOfRowsThatDoNotExistIsRefused(int from, int to) {
        Matrix matrix = Matrix.aligned(memory, 0, 3, 5);
        assertThrows(IndexOutOfBoundsException.class, () -> matrix.slice(from, to));
    }

    @ParameterizedTest(name = "{1} from {0}")
    @CsvSource({"-1, 1", "0, 6", "5, 1", "0, -1", "0, 0"})
    void aViewOfColumnsThatDoNotExistIsRefused(int from, int count) {
        Matrix matrix = Matrix.aligned(memory, 0, 3, 5);
        assertThrows(IndexOutOfBoundsException.class, () -> matrix.columns(from, count));
    }

    @ParameterizedTest(name = "({0}, {1})")
    @CsvSource({"-1, 0", "3, 0", "0, -1", "0, 5"})
    void aValueThatDoesNotExistIsRefused(int row, int column) {
        Matrix matrix = Matrix.aligned(memory, 0, 3, 5);
        assertThrows(IndexOutOfBoundsException.class, () -> matrix.get(row, column));
        assertThrows(IndexOutOfBoundsException.class, () -> matrix.set(row, column, 1));
    }

    @Test
    void viewsShareTheirValues() {
        Matrix matrix = Matrix.aligned(memory, 0, 3, 5);
        matrix.set(2, 4, 42);
        assertEquals(42, matrix.slice(1, 3).columns(3, 2).get(1, 1));
    }

    @Test
    void aWholeVectorIsNeverStoredBeyondTheMemory() {
        Matrix unpadded = new Matrix(memory, 256 - 4, 4, 1, 1);
        Matrix padded = GuardedMap.of(new float[1], 1).matrix();
        assertThrows(IndexOutOfBoundsException.class, () -> Gelu.run(unpadded, unpadded, Share.ALL));
        assertThrows(IndexOutOfBoundsException.class, () -> Softmax.run(padded, unpadded, Share.ALL));
        assertThrows(IndexOutOfBoundsException.class,
                () -> GlobalPool.run(padded, ImageRows.equal(1, 1), unpadded, Share.ALL));
        assertThrows(IndexOutOfBoundsException.class,
                () -> new LayerNorm(1, 1e-6f, Optional.empty()).run(padded, unpadded, Share.ALL));
    }

    @ParameterizedTest(name = "{0} columns take {1} bytes")
    @CsvSource({"1, 64", "16, 64", "17, 128", "1000, 4032", "1023, 4160", "1024, 4160", "1025, 4160", "2048, 8256"})
    void alignedRowsStartAtCacheLinesAndNot4KbApart(int columns, long stride) {
        assertEquals(stride, Matrix.alignedStride(columns));
        assertEquals(3 * stride, Matrix.alignedBytes(3, columns));
    }
}
