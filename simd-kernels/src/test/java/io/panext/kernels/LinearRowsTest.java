package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.lang.foreign.Arena;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearRowsTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 48, 49, 50, 131})
    void aShareOfRowsIsTheSameRowsOfTheWholeProduct(int rows) {
        int depth = 20;
        int columns = 33;
        Linear linear = new Linear(PackedWeights.pack(Sample.values(1, depth * columns), Sample.values(2, columns),
                Arena.ofAuto()));
        GuardedMap src = GuardedMap.of(Sample.values(3, rows * depth), depth);
        GuardedMap whole = GuardedMap.empty(rows, columns);
        linear.run(RowSource.of(src.matrix()), whole.matrix(), ImageRows.equal(1, rows), Epilogue.NONE, Share.ALL);
        float[] byRows = Workers.agree(workers -> {
            GuardedMap dst = GuardedMap.empty(rows, columns);
            workers.each(share -> linear.runRows(RowSource.of(src.matrix()), dst.matrix(), Epilogue.NONE, share));
            return dst.values();
        });
        assertArrayEquals(whole.values(), byRows);
    }
}
