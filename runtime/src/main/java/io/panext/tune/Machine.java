package io.panext.tune;

import io.panext.kernels.Lanes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the speed of kernels depends on. */
public final class Machine {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private Machine() {}

    /**
     * Names this machine and what runs on it.
     *
     * @param libraries versions of what computes, and the instructions that it uses
     */
    public static String name(String libraries) {
        return String.join(", ", processor(), Runtime.getRuntime().availableProcessors() + " processors",
                "Java " + Runtime.version(), Lanes.bits() + " bits", libraries);
    }

    private static String processor() {
        if (Files.isReadable(CPU_INFO)) {
            try (Stream<String> lines = Files.lines(CPU_INFO)) {
                return lines.filter(line -> line.startsWith("model name")).findFirst()
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .orElse(System.getProperty("os.arch"));
            } catch (IOException e) {
                return System.getProperty("os.arch");
            }
        }
        return System.getProperty("os.arch");
    }
}
