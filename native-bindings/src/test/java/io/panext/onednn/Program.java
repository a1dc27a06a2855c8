package io.panext.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A process of its own, since one loads oneDNN once, and OpenMP reads its environment once. */
final class Program {

    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    private Program() {}

    /** Returns the one line that a program prints. */
    static String line(Class<?> program, Map<String, String> environment, String... options)
            throws IOException, InterruptedException {
        return line(program, NATIVE_ACCESS, environment, options);
    }

    /** Returns the one line that a program prints whose access to native code is another than panext's launcher gives. */
    static String line(Class<?> program, String access, Map<String, String> environment, String... options)
            throws IOException, InterruptedException {
        var command = new ArrayList<String>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                access, "-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(options));
        command.add(program.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("OMP_NUM_THREADS");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        assertEquals(1, output.lines().count(), output);
        return output.strip();
    }
}
