package io.panext.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.panext.zoo.Parameter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A constant in each input channel goes into the bias, and the weights are read once for both. */
class ConstantInputTest {

    private static final int ROW = 6;
    private static final float[] WEIGHTS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18};
    /** 100 in the first of two channels, each of three taps, and 1 in the second. */
    private static final float[] SHIFTED = {600 + 15 + 0.5f, 2400 + 33 + 0.5f, 4200 + 51 + 0.5f};

    private final AtomicInteger read = new AtomicInteger();
    private final Parameter weights = parameter("weight", List.of(3, 2, 3, 1), WEIGHTS, read);
    private final ConstantInput input = new ConstantInput(weights,
            parameter("constants", List.of(2), new float[] {100, 1}, new AtomicInteger()));
    private final Parameter bias = input.bias(
            parameter("bias", List.of(3), new float[] {0.5f, 0.5f, 0.5f}, new AtomicInteger()));

    private static Parameter parameter(String name, List<Integer> shape, float[] values, AtomicInteger read) {
        return new DerivedParameter(name, shape, (from, dst, count) -> {
            read.addAndGet(count);
            System.arraycopy(values, from, dst, 0, count);
        });
    }

    @Test
    void aBiasReadFirstReadsTheWeights() {
        assertArrayEquals(SHIFTED, bias.values());
        assertEquals(WEIGHTS.length, read.get());
    }

    @Test
    void aBiasReadAfterTheWeightsDoesNotReadThemAgain() {
        assertArrayEquals(WEIGHTS, input.weights().values());
        assertArrayEquals(SHIFTED, bias.values());
        assertEquals(WEIGHTS.length, read.get());
    }

    @Test
    void rowsThatWereReadInPiecesAreReadAgain() {
        float[] part = new float[2 * ROW];
        input.weights().read(3, part, 2 * ROW);
        assertArrayEquals(SHIFTED, bias.values());
        assertEquals(part.length + 2 * ROW, read.get());
    }

    @Test
    void someOfTheBiasReadsSomeOfTheWeights() {
        float[] some = new float[1];
        bias.read(1, some, 1);
        assertEquals(SHIFTED[1], some[0]);
        assertEquals(ROW, read.get());
    }
}
