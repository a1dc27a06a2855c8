package io.panext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.panext.onednn.NativeObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What runs for long must not grow. Run in a process of its own, whose heap has a fixed size. */
@Tag("soak")
class SoakTest {

    private static final Path DEMO = Path.of("src/test/resources/demo");
    private static final Path STATUS = Path.of("/proc/self/status");

    /** A late compilation takes up to 10 MiB, once; a leak of 1.7 KiB for each classification would show. */
    private static final long SLACK_KIB = 16 << 10;

    /** Loaded weights take 13 MiB: one model in ten that is not freed would show. */
    private static final long LOAD_SLACK_KIB = 24 << 10;

    /** Loads after which compilations, whose memory stays with the process, have become rare. */
    private static final int SETTLING_LOADS = 60;

    @BeforeAll
    static void needsLinux() {
        assumeTrue(Files.exists(STATUS), "resident memory is read from " + STATUS);
    }

    @Test
    void tenThousandClassificationsLeaveResidentMemoryFlat() throws IOException {
        List<String> files = Files.readAllLines(DEMO.resolve("images.txt"));
        try (ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED)) {
            classify(model, files, 3_000);
            long before = residentKib();
            classify(model, files, 10_000);
            assertGrewLessThan(SLACK_KIB, before);
        }
    }

    @Test
    void aHundredPlansOnOnednnLeaveResidentMemoryAndItsObjectsFlat() throws IOException {
        Options options = Options.DEFAULT.withBackend(BackendChoice.ONEDNN);
        loadAndClose(SETTLING_LOADS, options);
        long objects = NativeObject.live();
        long before = residentKib();
        loadAndClose(100, options);
        assertGrewLessThan(LOAD_SLACK_KIB, before);
        assertEquals(objects, NativeObject.live());
    }

    @Test
    void aHundredLoadsAndClosesLeaveResidentMemoryFlat() throws IOException {
        loadAndClose(SETTLING_LOADS, Options.DEFAULT);
        long before = residentKib();
        loadAndClose(100, Options.DEFAULT);
        assertGrewLessThan(LOAD_SLACK_KIB, before);
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

    private static void assertGrewLessThan(long kib, long before) throws IOException {
        long grown = residentKib() - before;
        assertTrue(grown < kib, "resident memory grew by " + grown + " KiB");
    }

    private static long residentKib() throws IOException {
        String line = Files.readAllLines(STATUS).stream().filter(l -> l.startsWith("VmRSS:")).findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
