package io.panext.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * HotSpot's first-tier compiler must be able to take every kernel: a method that it gives up on may stay interpreted or
 * half compiled for good, at a hundredth of its speed.
 */
class CompilationTest {

    private static final int PROFILED_TIER = 3;

    @Test
    void theFirstTierCompilesEveryKernel() throws IOException, InterruptedException {
        List<String> lines = compilations("-XX:TieredStopAtLevel=" + PROFILED_TIER, "-XX:Tier3BackEdgeThreshold=500",
                "-Xbatch", "-D" + Lanes.PROPERTY + "=" + Lanes.bits());
        assertTrue(lines.stream().anyMatch(line -> line.contains("kernels.Gemm::tile2")), "nothing was compiled");
        assertEquals(List.of(), lines.stream().filter(line -> line.contains("io.panext.kernels"))
                .filter(line -> line.contains("SKIPPED") && !line.contains("concurrent class loading")).toList());
    }

    private static List<String> compilations(String... options) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-XX:+PrintCompilation", "--add-modules=jdk.incubator.vector", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Workload.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = process.inputReader().readAllLines();
        assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
        return lines;
    }

    /** Runs every kernel often enough for the first tier, in a process of its own. */
    static final class Workload {

        private static final int ROUNDS = 300;
        private static final int CHANNELS = 5 * Lanes.COUNT;

        private Workload() {}

        public static void main(String[] args) {
            Arena arena = Arena.ofAuto();
            Matrix a = map(arena);
            Matrix b = map(arena);
            Matrix sums = map(arena).slice(0, 1);
            float[] bias = new float[CHANNELS];
            var linear = new Linear(PackedWeights.pack(new float[CHANNELS * CHANNELS], bias, arena));
            var conv = DepthwiseConv.pack(new float[CHANNELS * 49], bias, arena);
            var norm = new LayerNorm(CHANNELS, 1e-6f, Optional.of(Affine.pack(bias, bias, arena)));
            MemorySegment scratch = arena.allocate(DepthwiseConv.scratchBytes(4));
            Epilogue squares = Epilogue.geluAndSquares(sums, a.rows());
            for (int round = 0; round < ROUNDS; round++) {
                conv.run(a, b, 2, 4, scratch, Share.ALL);
                norm.run(b, b, Share.ALL);
                linear.run(RowSource.of(b), a, a.rows(), squares, Share.ALL);
                linear.run(RowSource.of(a), b, a.rows(), Epilogue.add(a), Share.ALL);
                GlobalPool.run(b, sums, Share.ALL);
                Softmax.run(b, b, Share.ALL);
                Grn.sumSquares(a, a.rows(), sums, Share.ALL);
                Grn.scale(a, sums, a.rows(), b, Share.ALL);
            }
        }

        private static Matrix map(Arena arena) {
            return Matrix.aligned(arena.allocate(Matrix.alignedBytes(8, CHANNELS), 64), 0, 8, CHANNELS);
        }
    }
}
