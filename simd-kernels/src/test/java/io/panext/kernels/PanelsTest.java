package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PanelsTest {

    @Test
    void panelsFollowEachOtherAndAreAllVectorsThatThereAre() {
        for (int vectors = 1; vectors <= 100; vectors++) {
            Panels panels = Panels.of(vectors);
            assertEquals(0, panels.firstVector(0));
            assertEquals(vectors, panels.firstVector(panels.count()), vectors + " vectors");
            for (int panel = 0; panel < panels.count(); panel++) {
                int width = panels.firstVector(panel + 1) - panels.firstVector(panel);
                assertTrue(width == 1 || width == 3 || width == 4, vectors + " vectors: a panel of " + width);
                assertTrue(width <= Panels.MOST_VECTORS, vectors + " vectors: a panel of " + width);
            }
        }
    }

    @Test
    void panelsOfOneVectorAreForWhatThreesAndFoursDoNotAddUpTo() {
        assumeTrue(Panels.MOST_VECTORS == 4, "all panels are of one vector where registers are few");
        assertEquals(List.of(1, 2, 5),
                IntStream.rangeClosed(1, 100).filter(vectors -> Panels.of(vectors).ones() > 0).boxed().toList());
    }
}
