package io.panext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.compile.Program;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Every kernel must get through both of HotSpot's compilers: one that the first gives up on may stay at a tier where
 * vectors are heap objects, for good, at a hundredth of its speed.
 */
class CompilationTest {

    @Test
    void hotSpotCompilesEveryKernelOfAModelAtEveryTier() throws IOException, InterruptedException {
        List<String> kernels = compilations().stream().filter(line -> line.contains("io.panext.kernels")).toList();
        assertEquals(List.of(), kernels.stream().filter(line -> line.contains("SKIPPED"))
                .filter(line -> !line.contains("concurrent class loading")).toList());
        assertTrue(kernels.stream().anyMatch(line -> line.matches(".* 4 +io.panext.kernels.Gemm::tile2 .*")),
                "the matrix product never reached the second tier");
    }

    /** Returns what the JVM says of its compilers while it runs models, in a process of its own. */
    private static List<String> compilations() throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+PrintCompilation", "--add-modules=jdk.incubator.vector", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Workload.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader().readAllLines();
        assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
        return lines;
    }

    /** Runs a model of each generation, op by op and fused, until the compilers have seen every kernel. */
    static final class Workload {

        private static final int RUNS = 3;

        private Workload() {}

        public static void main(String[] args) throws IOException {
            MemorySegment images = MemorySegment.ofArray(SyntheticCheckpoint.images(1, 224, 224));
            for (Program.Options compiler : List.of(Program.Options.PLAIN, Program.Options.FAST)) {
                for (String architecture : List.of("convnextv2_atto", "convnext_atto")) {
                    try (ConvNeXt model = GoldenTest.synthetic(architecture, 2, compiler);
                            Session session = model.newSession(1, 224, 224)) {
                        for (int run = 0; run < RUNS; run++) {
                            session.run(images);
                        }
                    }
                }
            }
        }
    }
}
