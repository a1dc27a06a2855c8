package io.panext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.panext.onednn.NativeObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What runs for long must not grow. Run in a process of its own, whose heap has a fixed size.
 *
 * <p>
 * The JVM itself takes memory now and then, for late compilations above all. That happens in some rounds of the same
 * work and becomes rare; a leak grows in all of them, for ever. So rounds are run until the median of the last few is flat.
 */
@Tag("soak")
class SoakTest {

    private static final Path DEMO = Path.of("src/test/resources/demo");
    private static final Path STATUS = Path.of("/proc/self/status");

    private static final int FEWEST_ROUNDS = 5;
    private static final int MOST_ROUNDS = 25;

    /** 2,000 classifications, or 20 models, a round: a leak of 1 KiB each, or of 100 KiB, would show. */
    private static final long SLACK_KIB = 2 << 10;

    @BeforeAll
    static void needsLinux() {
        assumeTrue(Files.exists(STATUS), "resident memory is read from " + STATUS);
    }

    @Test
    void tenThousandClassificationsLeaveResidentMemoryFlat() throws IOException {
        List<String> files = Files.readAllLines(DEMO.resolve("images.txt"));
        try (ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED)) {
            assertFlat(() -> classify(model, files, 2_000));
        }
    }

    @Test
    void aHundredPlansOnOnednnLeaveResidentMemoryAndItsObjectsFlat() throws IOException {
        Options options = Options.DEFAULT.withBackend(BackendChoice.ONEDNN);
        loadAndClose(1, options);
        long objects = NativeObject.live();
        assertFlat(() -> loadAndClose(20, options));
        assertEquals(objects, NativeObject.live());
    }

    @Test
    void aHundredLoadsAndClosesLeaveResidentMemoryFlat() throws IOException {
        assertFlat(() -> loadAndClose(20, Options.DEFAULT));
    }

    private interface Round {
        void run() throws IOException;
    }

    private static void assertFlat(Round round) throws IOException {
        round.run();
        List<Long> growth = new ArrayList<>();
        do {
            long before = residentKib();
            round.run();
            growth.add(residentKib() - before);
        } while (growth.size() < FEWEST_ROUNDS || (!isFlat(growth) && growth.size() < MOST_ROUNDS));
        assertTrue(isFlat(growth), "resident memory grew in most rounds, by so many KiB: " + growth);
    }

    private static boolean isFlat(List<Long> growth) {
        List<Long> last = growth.subList(growth.size() - FEWEST_ROUNDS, growth.size());
        return last.stream().sorted().skip(FEWEST_ROUNDS / 2).findFirst().orElseThrow() < SLACK_KIB;
    }

    private static void classify(ConvNeXt model, List<String> files, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            model.classify(DEMO.resolve(files.get(i % files.size())));
        }
    }

    private static void loadAndClose(int count, Options options) throws IOException {
        for (int i = 0; i < count; i++) {
            try (ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED, options);
                    Session session = model.newSession()) {
                session.classify(DEMO.resolve("images/cat_0014.png"));
            }
        }
    }

    private static long residentKib() throws IOException {
        String line = Files.readAllLines(STATUS).stream().filter(l -> l.startsWith("VmRSS:")).findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
