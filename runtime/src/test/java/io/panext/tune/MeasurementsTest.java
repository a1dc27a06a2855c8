package io.panext.tune;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.panext.onednn.CacheFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeasurementsTest {

    private static final String MACHINE = "a machine";

    @TempDir
    private Path temporary;

    private CacheFolder folder;

    @BeforeEach
    void name() {
        folder = new CacheFolder(temporary);
    }

    @Test
    void timesAreRead() throws IOException {
        write("{\"machine\": \"a machine\", \"micros\": {\"trial\": {\"kernel\": 1.5}}, \"gains\": {\"program\": 0.5}}");
        Measurements known = Measurements.load(folder, MACHINE);
        assertEquals(Map.of("trial", Map.of("kernel", 1.5)), known.micros());
        assertEquals(Map.of("program", 0.5), known.gains());
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "1", "", "{\"machine\": \"a machine\"}",
            "{\"machine\": \"another\", \"micros\": {\"trial\": {\"kernel\": 1.5}}, \"gains\": {}}",
            "{\"machine\": \"a machine\", \"micros\": {\"trial\": null}, \"gains\": {}}",
            "{\"machine\": \"a machine\", \"micros\": {\"trial\": {\"kernel\": null}}, \"gains\": {}}",
            "{\"machine\": \"a machine\", \"micros\": {\"trial\": {\"kernel\": \"NaN\"}}, \"gains\": {}}",
            "{\"machine\": \"a machine\", \"micros\": {\"trial\": {\"kernel\": \"Infinity\"}}, \"gains\": {}}",
            "{\"machine\": \"a machine\", \"micros\": {\"trial\": {\"kernel\": 0}}, \"gains\": {}}",
            "{\"machine\": \"a machine\", \"micros\": {\"trial\": {\"kernel\": -1}}, \"gains\": {}}",
            "{\"machine\": \"a machine\", \"micros\": {\"trial\": {\"kernel\": 1.5}}, \"gains\": null}",
            "{\"machine\": \"a machine\", \"micros\": {\"trial\": {\"kernel\": 1.5}}, \"gains\": {\"program\": null}}",
            "{\"machine\": \"a machine\", \"micros\": {\"trial\": {\"kernel\": 1.5}}, \"gains\": {\"program\": \"NaN\"}}",
            "{\"machine\": \"a machine\", \"micros\": {\"trial\": {\"kernel\": 1.5}}, \"gains\": {\"program\": -1}}",
            "{\"machine\": \"a machine\", \"micros\": {\"trial\": {\"kernel\": 1.5}}, \"gains\": {\"program\": 1}}"})
    void whatIsNoMemoryOfTimesIsAsGoodAsNone(String content) throws IOException {
        write(content);
        assertEquals(Map.of(), Measurements.load(folder, MACHINE).micros());
    }

    @Test
    void processesThatMeasureAtOnceKeepEachOthersTimes() throws IOException {
        Measurements one = Measurements.load(folder, MACHINE);
        Measurements other = Measurements.load(folder, MACHINE);
        one.add("both", Map.of("a", 1.0));
        one.add("one's", Map.of("a", 2.0));
        other.add("both", Map.of("b", 3.0));
        other.add("other's", Map.of("a", 4.0));
        one.store(folder);
        other.store(folder);
        assertEquals(Map.of("both", Map.of("a", 1.0, "b", 3.0), "one's", Map.of("a", 2.0), "other's",
                Map.of("a", 4.0)), Measurements.load(folder, MACHINE).micros());
    }

    private void write(String content) throws IOException {
        Measurements any = Measurements.load(folder, MACHINE);
        any.add("trial", Map.of("kernel", 1.0));
        any.store(folder);
        try (Stream<Path> files = Files.list(temporary)) {
            Files.writeString(files.findAny().orElseThrow(), content);
        }
    }
}
