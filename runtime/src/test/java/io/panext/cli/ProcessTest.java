package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What shows only in a process of its own: its standard output. */
class ProcessTest {

    @TempDir
    private Path folder;

    private ProcessBuilder panext(List<String> options, String... arguments) {
        var command = new ArrayList<String>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector",
                "-Dpanext.cache=" + System.getProperty("panext.cache"), "-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(Main.class.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(folder.resolve("err").toFile());
    }

    private List<String> messages() throws IOException {
        return Files.readAllLines(folder.resolve("err")).stream().filter(line -> !line.startsWith("WARNING")).toList();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aReaderThatLeavesIsNoError() throws Exception {
        Process process = panext(List.of(), "models").start();
        process.getInputStream().close();
        assertEquals(0, process.waitFor());
        assertEquals(List.of(), messages());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsAnError() throws Exception {
        Process process = panext(List.of(), "models").redirectOutput(Path.of("/dev/full").toFile()).start();
        assertEquals(1, process.waitFor());
        assertEquals(1, messages().size(), messages().toString());
        assertTrue(messages().getFirst().startsWith("panext: cannot write to standard output: "),
                messages().toString());
    }
}
