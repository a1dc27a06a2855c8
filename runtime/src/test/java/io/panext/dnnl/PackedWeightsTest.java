package io.panext.dnnl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.panext.dnnl.MatmulWeights.Group;
import io.panext.kernels.Share;
import io.panext.onednn.DataType;
import io.panext.onednn.Onednn;
import io.panext.onednn.OnednnUnavailableException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How workers share the columns of a product that has few rows. */
class PackedWeightsTest {

    private static Onednn onednn;

    @BeforeAll
    static void load() throws OnednnUnavailableException {
        onednn = Onednn.find().orElseThrow();
    }

    @ParameterizedTest(name = "{0} to {1}, {2} workers")
    @CsvSource({"40, 160, 2", "160, 40, 4", "160, 640, 3", "384, 1536, 4", "384, 1536, 32", "320, 1000, 5",
            "768, 3072, 2", "3072, 768, 11", "17, 1, 2"})
    void everyColumnIsOneWorkers(int depth, int columns, int workers) {
        var taken = new ArrayList<Integer>();
        for (Group group : groups(depth, columns, workers)) {
            IntStream.range(group.from(), group.from() + group.count()).forEach(taken::add);
        }
        assertEquals(IntStream.range(0, columns).boxed().toList(), taken);
    }

    @ParameterizedTest(name = "{0} to {1}, {2} workers")
    @CsvSource({"80, 320, 2", "160, 640, 4", "640, 160, 2", "384, 1536, 8", "768, 1000, 2", "768, 3072, 8"})
    void withAvx512NoWorkerIsIdle(int depth, int columns, int workers) {
        assumeTrue(onednn.isa().name().startsWith("avx512"));
        assertTrue(groups(depth, columns, workers).size() >= workers);
    }

    private static List<Group> groups(int depth, int columns, int workers) {
        var weights = new PackedWeights(depth, columns, DataType.F32);
        return IntStream.range(0, workers).mapToObj(worker -> weights.groups(new Share(worker, workers)))
                .flatMap(List::stream).toList();
    }
}
