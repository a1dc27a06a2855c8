package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What shows only in a process of its own: its standard output, and its system properties. */
class ProcessTest {

    @TempDir
    private Path folder;

    private ProcessBuilder panext(List<String> options, String... arguments) {
        return JavaProcess.of(Main.class, options, List.of(arguments)).redirectError(folder.resolve("err").toFile());
    }

    private List<String> messages() throws IOException {
        return Files.readAllLines(folder.resolve("err")).stream().filter(line -> !line.startsWith("WARNING")).toList();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aReaderThatLeavesIsNoError() throws Exception {
        Process process = panext(List.of(JavaProcess.VECTOR_API), "models").start();
        process.getInputStream().close();
        assertEquals(0, process.waitFor());
        assertEquals(List.of(), messages());
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsAnError() throws Exception {
        Process process = panext(List.of(JavaProcess.VECTOR_API), "models")
                .redirectOutput(Path.of("/dev/full").toFile()).start();
        assertEquals(1, process.waitFor());
        assertEquals(1, messages().size(), messages().toString());
        assertTrue(messages().getFirst().startsWith("panext: cannot write to standard output: "),
                messages().toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "-Dpanext.backend=gpu | panext: panext.backend=gpu: must be one of [auto, simd, onednn]",
            "-Dpanext.vector.bits=300 | panext: panext.vector.bits=300: must be 128, 256 or 512"})
    void aPropertyWithoutMeaningIsNamed(String option, String message) throws Exception {
        Process process = panext(List.of(JavaProcess.VECTOR_API, option), "inspect", "convnext_tiny").start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, process.waitFor(), out);
        assertEquals("", out);
        assertEquals(List.of(message), messages());
    }

    @Test
    void aMachineOfVeryManyProcessorsIsUsedAsFarAsMayBe() throws Exception {
        Process process = panext(List.of(JavaProcess.VECTOR_API, "-XX:ActiveProcessorCount=2000"), "classify", "--help")
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        assertTrue(out.startsWith("usage: panext classify"), out);
    }
}
