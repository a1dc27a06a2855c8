package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanesTest {

    private static final String REQUESTED = System.getProperty(Lanes.PROPERTY);

    @Test
    void widthIsTheOneThatThePropertyNames() {
        assumeTrue(REQUESTED != null, "no width requested");
        assertEquals(REQUESTED, Integer.toString(Lanes.bits()));
    }

    @Test
    void widthIsThePreferredOneWithoutTheProperty() {
        assumeTrue(REQUESTED == null, "a width was requested");
        assertEquals(FloatVector.SPECIES_PREFERRED.vectorBitSize(), Lanes.bits());
    }

    @ParameterizedTest(name = "{0} bits")
    @ValueSource(ints = {128, 256, 512})
    void everySupportedWidthCanBeNamed(int bits) {
        assertEquals(bits, Lanes.species(Integer.toString(bits)).vectorBitSize());
    }

    @ParameterizedTest(name = "\"{0}\"")
    @ValueSource(strings = {"", "64", "1024", "avx2", " 256"})
    void anyOtherWidthIsRefused(String bits) {
        assertThrows(IllegalArgumentException.class, () -> Lanes.species(bits));
    }

    /** HotSpot knows best which processor has the instruction; without it, Java's own takes a thousand times as long. */
    @Test
    @EnabledOnOs(architectures = "amd64")
    void productsAreFusedWhereTheProcessorCanAndNowhereElse() {
        var hotspot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        assertEquals(Boolean.parseBoolean(hotspot.getVMOption("UseFMA").getValue()), Lanes.FUSED);
        float third = 1f / 3;
        float expected = Lanes.FUSED ? Math.fma(third, 3f, -1f) : third * 3f - 1f;
        float[] actual = Lanes.fma(Lanes.broadcast(third), Lanes.broadcast(3), Lanes.broadcast(-1)).toArray();
        assertArrayEquals(Lanes.broadcast(expected).toArray(), actual);
        assertEquals(Lanes.FUSED, expected != 0);
    }

    @Test
    void theLastVectorMayBePartlyUsed() {
        assertEquals(1, Lanes.vectors(1));
        assertEquals(1, Lanes.vectors(Lanes.COUNT));
        assertEquals(2, Lanes.vectors(Lanes.COUNT + 1));
    }

    /** The order matters: an interpreted kernel and a compiled one must give the same bits. */
    @Test
    void lanesAreSummedInHalvesHoweverOftenThatIsDone() {
        float[] lanes = Sample.values(1, Lanes.COUNT);
        FloatVector vector = FloatVector.fromArray(Lanes.SPECIES, lanes, 0);
        for (int half = Lanes.COUNT / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) {
                lanes[lane] += lanes[lane + half];
            }
        }
        for (int run = 0; run < 20_000; run++) {
            assertArrayEquals(Lanes.broadcast(lanes[0]).toArray(), Lanes.sum(vector).toArray());
        }
    }
}
