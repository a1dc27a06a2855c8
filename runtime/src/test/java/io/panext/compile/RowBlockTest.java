package io.panext.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.kernels.Share;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowBlockTest {

    @Test
    void everyRowIsInOneBlockWhateverTheWorkers() {
        for (int rows : new int[] {1, 7, 48, 49, 50, 97, 98, 99, 195, 196, 197, 784, 1001, 3136, 25_088}) {
            for (int workers = 1; workers <= 5; workers++) {
                int next = 0;
                for (int worker = 0; worker < workers; worker++) {
                    for (RowBlock block : RowBlock.of(rows, 384, new Share(worker, workers))) {
                        assertEquals(next, block.from());
                        assertTrue(block.rows() > 0);
                        next = block.to();
                    }
                }
                assertEquals(rows, next);
            }
        }
    }

    @Test
    void hiddenRowsStayInTheCacheUnlessLargeWeightsWouldBeReadOften() {
        assertMost(294, 3136, 4 * 96);
        assertMost(784, 12_544, 4 * 40);
        assertMost(196, 784, 4 * 192);
        assertMost(196, 784, 4 * 768);
    }

    private static void assertMost(int most, int rows, int hidden) {
        List<RowBlock> blocks = RowBlock.of(rows, hidden, Share.ALL);
        assertEquals(most, blocks.stream().mapToInt(RowBlock::rows).max().orElseThrow());
        assertEquals(Math.ceilDiv(rows, most), blocks.size());
    }

    @Test
    void oneWorkerAlwaysHasRowsEnoughAndManyOnlyWithTwoChunksEach() {
        assertTrue(RowBlock.suffice(1, 1));
        assertFalse(RowBlock.suffice(49, 2));
        assertFalse(RowBlock.suffice(147, 2));
        assertTrue(RowBlock.suffice(148, 2));
        assertTrue(RowBlock.suffice(784, 8));
        assertFalse(RowBlock.suffice(196, 8));
    }
}
