package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.image.ImageDecoder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What all commands have in common: help, wrong usage, and standard output that takes no more. */
class MainTest {

    @Test
    void noArgumentsPrintTheUsage() {
        Invocation panext = Invocation.of();
        assertEquals(2, panext.status());
        assertTrue(panext.err().startsWith("usage: panext"), panext.err());
        assertEquals("", panext.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"classify", "features", "run", "reconstruct", "analyze", "inspect", "preprocess", "models",
            "convert", "validate", "pull"})
    void everyCommandHasHelpAndAVersion(String command) {
        Invocation help = Invocation.of(command, "--help");
        assertEquals(0, help.status());
        assertTrue(help.out().startsWith("usage: panext " + command), help.out());
        assertTrue(help.out().contains("example"), help.out());
        assertEquals(0, Invocation.of(command, "--version").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"clasify", "--nonsense", "classify", "classify --top 0 a.png", "classify --top -1 a.png",
            "classify --top many a.png", "classify --threads 0 a.png", "classify --threads 2000 a.png",
            "classify --max-pixels 0 a.png", "classify --format xml a.png", "classify --top", "run", "run --model a",
            "inspect", "inspect --size 0 convnext_tiny", "inspect --format csv convnext_tiny", "preprocess a.png",
            "classify --size 0 a.png", "reconstruct --size 64 -i a.safetensors -o b.safetensors",
            "preprocess --size 224 --crop-pct 1.5 a.png -o c.png", "models --format yaml", "validate",
            "validate --data a --crop-pct 2", "convert a.pth",
            "convert a.pth b.safetensors --dtype f64", "convert a.pth b.safetensors --layout mxnet"})
    void wrongUsageIsSaidInOneLine(String line) {
        Invocation wrong = Invocation.of((Object[]) line.split(" ", -1));
        assertEquals(2, wrong.status());
        assertEquals(1, wrong.errLines().size(), wrong.err());
        assertTrue(wrong.err().matches("panext: .*; see panext.* --help\\R"), wrong.err());
        assertEquals("", wrong.out());
    }

    @Test
    void aMistypedCommandIsUnderstood() {
        assertTrue(Invocation.of("clasify").err().contains("did you mean classify?"));
    }

    @Test
    void verboseShowsWhereAnErrorCameFrom() {
        assertEquals(1, Invocation.of("inspect", "nonsense").errLines().size());
        assertTrue(Invocation.of("inspect", "--verbose", "nonsense").err().contains("\tat io.panext"));
    }

    @Test
    void aReaderThatHasSeenEnoughIsNoError() {
        assertEquals(0, into("Datenübergabe unterbrochen (broken pipe)", true, new StringWriter()));
    }

    @Test
    void aFullDiskIsAnError() {
        StringWriter err = new StringWriter();
        assertEquals(1, into("No space left on device", false, err));
        assertEquals("panext: cannot write to standard output: No space left on device", err.toString().strip());
    }

    private static int into(String failure, boolean readerGone, StringWriter err) {
        OutputStream full = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException(failure);
            }
        };
        return Main.run(new PrintWriter(new StandardOutput(full, () -> readerGone), false, StandardCharsets.UTF_8),
                new PrintWriter(err), "models");
    }

    @Test
    void unexpectedErrorsAreSaidInOneLine() {
        StringWriter err = new StringWriter();
        Failures failures = new Failures(new Panext(), new PrintWriter(err));
        assertEquals(1, failures.report(new StackOverflowError()));
        assertEquals(1, failures.report(new OutOfMemoryError("Java heap space\nand more")));
        assertEquals(1, failures.report(new NullPointerException("a\nb")));
        assertEquals(3, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().contains("not enough memory: Java heap space"), err.toString());
    }

    @Test
    void theDefaultLimitOfPixelsIsTheDecoders() {
        assertTrue(Invocation.of("classify", "--help").out().contains("" + ImageDecoder.DEFAULT_MAX_PIXELS));
        assertEquals(1, Invocation.of("classify", "--max-pixels", "100", Path.of("../model-zoo/samples/chelsea.png"))
                .status());
    }

    @Test
    void anEmptyNameIsNotTheCurrentFolder() {
        for (Invocation refused : List.of(Invocation.of("classify", ""), Invocation.of("validate", "-d", ""),
                Invocation.of("preprocess", Invocation.CAT, "-o", ""))) {
            assertEquals(2, refused.status());
            assertTrue(refused.errLines().getFirst().contains("an empty name"), refused.err());
        }
    }

    @Test
    void noCommandWritesOverWhatItReads(@TempDir Path folder) throws IOException {
        Path image = Files.copy(Invocation.CAT, folder.resolve("cat.png"));
        Path link = Files.createSymbolicLink(folder.resolve("link.png"), image);
        byte[] before = Files.readAllBytes(image);
        for (Invocation refused : List.of(Invocation.of("preprocess", image, "-o", image),
                Invocation.of("preprocess", image, "-o", link), Invocation.of("reconstruct", image, "-o", image),
                Invocation.of("analyze", image, "-o", image), Invocation.of("convert", image, image),
                Invocation.of("features", image, "-f", "npy", "-o", image),
                Invocation.of("run", "-m", "a.safetensors", "-i", image, "-o", image))) {
            assertEquals(2, refused.status());
            assertTrue(refused.errLines().getFirst().contains(refused.err().contains(".safetensors")
                    ? "what is written here must end in .safetensors"
                    : ": is what is read too; name another file to write"), refused.err());
        }
        assertArrayEquals(before, Files.readAllBytes(image));
    }

    @Test
    void helpFitsATerminalOfEightyColumnsWithoutBreakingExamples() {
        for (CommandLine command : new Panext().commandLine().getSubcommands().values()) {
            for (String line : command.getCommandSpec().usageMessage().footer()) {
                assertTrue(line.length() <= 79, line);
            }
        }
    }

    @Test
    void helpIsACommandToo() {
        Invocation help = Invocation.of("help", "convert");
        assertEquals(0, help.status(), help.err());
        assertEquals(Invocation.of("convert", "--help").out(), help.out());
        Invocation unknown = Invocation.of("help", "nothing");
        assertEquals(2, unknown.status());
        assertTrue(unknown.err().contains("nothing"), unknown.err());
    }
}
