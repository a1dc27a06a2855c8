package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalDistributionTest {

    private static final double RELATIVE_ERROR = 1e-13;

    @ParameterizedTest(name = "Φ({0}) = {1}")
    @CsvSource({
            "-10, 7.619853024160526e-24",
            "-5, 2.866515718791939e-7",
            "-3, 1.3498980316300946e-3",
            "-1, 0.15865525393145705",
            "0, 0.5",
            "0.5, 0.6914624612740131",
            "1, 0.8413447460685429",
            "2, 0.9772498680518208",
            "3, 0.9986501019683699"})
    void agreesWithPublishedTables(double x, double expected) {
        assertEquals(expected, NormalDistribution.cumulative(x), RELATIVE_ERROR * expected);
    }

    @ParameterizedTest(name = "around {0}")
    @CsvSource({"-3", "3"})
    void seriesAndFractionMeet(double limit) {
        assertEquals(NormalDistribution.cumulative(Math.nextUp(limit)),
                NormalDistribution.cumulative(Math.nextDown(limit)),
                1e-15);
    }
}
