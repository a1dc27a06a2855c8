package io.panext.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.Options;

class SuiteTest {

    @Test
    void withoutArgumentsRunsMarksAndLayers() throws CommandLineOptionException {
        List<Options> parts = parts(suite());
        assertEquals(7, parts.size());
        assertEquals(List.of("convnextv2_base"), List.copyOf(parts.get(4).getParameter("model").get()));
        assertTrue(includes(parts.getFirst()).contains("PeerModel"));
        assertTrue(includes(parts.getLast()).contains("LayerKernel"));
    }

    @Test
    void parametersAloneRunWholeModels() throws CommandLineOptionException {
        List<Options> parts = parts(suite("-p", "model=convnextv2_atto", "-p", "threads=1,2"));
        assertEquals(1, parts.size());
        assertEquals(
                List.of("PeerModel.run batch=1 model=convnextv2_atto peer=ONNX_RUNTIME size=224 threads=1",
                        "PeerModel.run batch=1 model=convnextv2_atto peer=ONNX_RUNTIME size=224 threads=2",
                        "WholeModel.run backend=AUTO batch=1 model=convnextv2_atto precision=FP32 size=224 threads=1",
                        "WholeModel.run backend=AUTO batch=1 model=convnextv2_atto precision=FP32 size=224 threads=2"),
                Combination.of(parts.getFirst()).stream().map(Combination::toString)
                        .filter(text -> !text.contains("DJL")).sorted().toList());
    }

    @Test
    void namedBenchmarksAreRunAlone() throws CommandLineOptionException {
        List<Options> parts = parts(suite("LayerKernel", "-p", "model=convnext_base"));
        assertEquals("[LayerKernel]", includes(parts.getLast()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void forksAreRounds(int forks) throws CommandLineOptionException {
        Suite suite = suite("-f", Integer.toString(forks));
        assertEquals(forks, suite.rounds());
        assertTrue(suite.round().stream().allMatch(part -> part.getForkCount().get() == 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "LayerKernel", "-p model=convnextv2_atto"})
    void everyPartHasTheCeilingAloneBesideIt(String command) throws CommandLineOptionException {
        List<Options> round = suite(words(command)).round();
        for (int part = 0; part < round.size(); part += 2) {
            assertEquals(List.of("FmaCeiling.fma"),
                    Combination.of(round.get(part)).stream().map(Combination::toString).toList());
            assertFalse(Combination.of(round.get(part + 1)).isEmpty());
        }
    }

    @Test
    void figuresAreMicrosecondsOfACallWhateverIsAskedFor() throws CommandLineOptionException {
        for (Options part : suite("-tu", "ms", "-bm", "thrpt", "-opi", "7", "-t", "2").round()) {
            assertEquals(TimeUnit.MICROSECONDS, part.getTimeUnit().get());
            assertEquals(List.of(Mode.AverageTime), List.copyOf(part.getBenchModes()));
            assertEquals(1, part.getOperationsPerInvocation().get());
            assertEquals(1, part.getThreads().get());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"-p modle=convnextv2_atto | modle",
            "LayerKernel -p threads=2 | threads", "-p model=nosuch | nosuch", "WholeModel NoSuch | NoSuch",
            "-e . | nothing is left", "-f 0 | -f 0", "-o file | -o", "-rf csv | -rf", "-rff file | -rff"})
    void whatCannotBeRunIsRefused(String command, String reason) {
        var e = assertThrows(CommandLineOptionException.class, () -> suite(words(command)));
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }

    @Test
    void maskedEncodersStandBesideOneDenseOne() throws CommandLineOptionException {
        Suite one = masked("-p", "model=convnextv2_atto", "-p", "ratio=0.5");
        assertEquals("convnextv2_atto", MaskedReport.dense(one).parameter("model"));
        Suite two = masked("-p", "batch=1,8");
        assertThrows(CommandLineOptionException.class, () -> MaskedReport.dense(two));
        assertThrows(CommandLineOptionException.class, () -> masked("LayerKernel"));
    }

    private static Suite masked(String... arguments) throws CommandLineOptionException {
        return Suite.of(Command.of(arguments), WholeModel.class, MaskedEncoder.class);
    }

    private static Suite suite(String... arguments) throws CommandLineOptionException {
        return Suite.of(Command.of(arguments));
    }

    private static String[] words(String command) {
        return Stream.of(command.split(" ")).filter(word -> !word.isEmpty()).toArray(String[]::new);
    }

    /** What is run besides the ceiling. */
    private static List<Options> parts(Suite suite) {
        return IntStream.range(0, suite.round().size() / 2).mapToObj(part -> suite.round().get(2 * part + 1)).toList();
    }

    private static String includes(Options options) {
        return options.getIncludes().toString();
    }
}
