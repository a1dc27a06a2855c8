package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefetchTest {

    @Test
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void requestsReachTheProcessor() {
        assertTrue(Prefetch.AVAILABLE);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, -64, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 47})
    void addressesThatDoNotExistAreIgnored(long address) {
        for (int count : new int[] {Integer.MIN_VALUE, -1, 0, 1, 64}) {
            Prefetch.lines(address, count);
        }
    }

    @Test
    void nothingIsAskedForAndJavaHasNothingToWarnOfWhereNativeCodeIsNotEnabled() throws Exception {
        assertEquals(List.of("false"), linesWithoutNativeAccess());
    }

    private static List<String> linesWithoutNativeAccess() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector", "-cp", System.getProperty("java.class.path"),
                Availability.class.getName()).redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output.lines().filter(line -> !line.contains("incubator modules")).toList();
    }

    /** A program that prints whether requests reach the processor. */
    static final class Availability {

        private Availability() {}

        static void main() {
            System.out.println(Prefetch.AVAILABLE);
        }
    }
}
