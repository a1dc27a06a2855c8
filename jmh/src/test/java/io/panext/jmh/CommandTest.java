package io.panext.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.jmh.Command.Program;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.runner.options.CommandLineOptionException;

class CommandTest {

    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @BeforeEach
    void capture() {
        var stream = new PrintStream(printed, true, StandardCharsets.UTF_8);
        System.setOut(stream);
        System.setErr(stream);
    }

    @AfterEach
    void release() {
        System.setOut(out);
        System.setErr(err);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-h", "--help", "-l", "-lp", "-lprof", "-lrf"})
    void whatOnlyAsksRunsNothing(String option) throws InterruptedException {
        assertEquals(0, execute(_ -> {
            throw new AssertionError("has run");
        }, "LayerKernel", option));
        assertTrue(printed.size() > 0);
    }

    @Test
    void helpBeginsWithWhatTheProgramIs() throws InterruptedException {
        execute(_ -> List.of(), "-h");
        assertTrue(text().startsWith("usage"), text());
        assertTrue(text().contains("-wi"), text());
    }

    @Test
    void namesAreListedWithTheirParameters() throws InterruptedException {
        execute(_ -> List.of(), "LayerKernel", "-lp");
        assertTrue(text().contains("io.panext.jmh.LayerKernel.run") && text().contains("DEPTHWISE"), text());
    }

    @Test
    void statusTellsWhetherSomethingFailed() throws InterruptedException {
        assertEquals(0, execute(_ -> List.of()));
        assertEquals(1, execute(_ -> List.of("this", "that")));
        assertEquals("failed: this\nfailed: that\n", text());
    }

    @Test
    void whatCannotBeHadIsSaidInALine() throws InterruptedException {
        assertEquals(1, execute(_ -> {
            throw new CommandLineOptionException("no such thing");
        }));
        assertEquals("no such thing\n", text());
        assertEquals(1, execute(_ -> List.of(), "--nonsense"));
    }

    @Test
    void knowsWhichParametersAreGiven() throws CommandLineOptionException {
        assertEquals(Set.of("a", "b", "c", "d", "e"),
                Command.of("x", "-p", "a=1,2", "-p", "b=x=y", "-pc=1", "-p=d=1", "--p", "e=1",
                        "-prof", "gc", "-f", "1").parameters());
        assertEquals(Set.of(), Command.of("-prof=gc").parameters());
    }

    @Test
    void unknownParametersAreRefused() throws CommandLineOptionException {
        Command command = Command.of("-p", "modle=x");
        var e = assertThrows(CommandLineOptionException.class, () -> command.requireParameters(List.of("model")));
        assertEquals("-p modle: nothing that is run has this parameter; there are model", e.getMessage());
    }

    private static int execute(Program program, String... arguments) throws InterruptedException {
        return Command.execute("usage", program, arguments);
    }

    private String text() {
        return printed.toString(StandardCharsets.UTF_8).replace("\r", "");
    }
}
