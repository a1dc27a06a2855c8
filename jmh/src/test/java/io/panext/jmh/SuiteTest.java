package io.panext.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;

class SuiteTest {

    @Test
    void withoutArgumentsRunsMarksAndLayers() throws CommandLineOptionException {
        List<Options> parts = suite().parts();
        assertEquals(7, parts.size());
        assertEquals(List.of("convnextv2_base"), List.copyOf(parts.get(4).getParameter("model").get()));
        assertTrue(includes(parts.getFirst()).contains("PeerModel"));
        assertTrue(includes(parts.getLast()).contains("LayerKernel"));
    }

    @Test
    void parametersAloneRunWholeModels() throws CommandLineOptionException {
        List<Options> parts = suite("-p", "model=convnextv2_atto", "-p", "threads=1,2").parts();
        assertEquals(1, parts.size());
        assertTrue(includes(parts.getLast()).contains("WholeModel") && includes(parts.getLast()).contains("PeerModel"));
        assertEquals(List.of("1", "2"), List.copyOf(parts.getLast().getParameter("threads").get()));
    }

    @Test
    void namedBenchmarksAreRunAlone() throws CommandLineOptionException {
        List<Options> parts = suite("LayerKernel", "-p", "model=convnext_base").parts();
        assertEquals("[LayerKernel]", includes(parts.getLast()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void forksAreRounds(int forks) throws CommandLineOptionException {
        Suite suite = suite("-f", Integer.toString(forks));
        assertEquals(forks, suite.rounds());
        assertTrue(suite.parts().stream().allMatch(part -> part.getForkCount().get() == 1));
    }

    @Test
    void everyPartHasTheCeilingBesideIt() throws CommandLineOptionException {
        Suite suite = suite();
        assertTrue(includes(suite.ceiling()).contains("FmaCeiling"));
        List<Options> round = suite.round();
        assertEquals(2 * suite.parts().size(), round.size());
        for (int part = 0; part < suite.parts().size(); part++) {
            assertEquals(List.of(suite.ceiling(), suite.parts().get(part)), round.subList(2 * part, 2 * part + 2));
        }
    }

    private static Suite suite(String... arguments) throws CommandLineOptionException {
        return Suite.of(new CommandLineOptions(arguments));
    }

    private static String includes(Options options) {
        return options.getIncludes().toString();
    }
}
