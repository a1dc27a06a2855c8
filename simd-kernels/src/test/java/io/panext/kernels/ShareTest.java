package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShareTest {

    @ParameterizedTest(name = "{0} items")
    @ValueSource(ints = {0, 1, 2, 7, 49, 1000, Integer.MAX_VALUE})
    void sharesAreContiguousAndDifferByAtMostOneItem(int count) {
        for (int workers = 1; workers <= 9; workers++) {
            int end = 0;
            for (int worker = 0; worker < workers; worker++) {
                Share share = new Share(worker, workers);
                assertEquals(end, share.from(count));
                end = share.to(count);
                int size = end - share.from(count);
                assertTrue(size == count / workers || size - 1 == count / workers, () -> size + " items");
            }
            assertEquals(count, end);
        }
    }

    @ParameterizedTest(name = "worker {0} of {1}")
    @CsvSource({"-1, 1", "1, 1", "0, 0", "0, -1"})
    void aWorkerThatDoesNotExistIsRefused(int worker, int workers) {
        assertThrows(IllegalArgumentException.class, () -> new Share(worker, workers));
    }
}
