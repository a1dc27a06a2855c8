package io.panext.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** Entry point of the command {@code panext}. */
public final class Main {

    /** Whether the launcher left the Vector API out, for a short run that oneDNN is to do. */
    static final boolean STARTS_FAST = Boolean.getBoolean("panext.start.fast");

    private Main() {}

    /**
     * Runs a command and ends the process with its exit status.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        StandardError.restore();
        PrintWriter out = new PrintWriter(StandardOutput.ofProcess(), false, UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, UTF_8);
        System.exit(run(out, err, args));
    }

    /**
     * Runs a command.
     *
     * @param out  where results go
     * @param err  where messages go
     * @param args the command line
     * @return the exit status
     */
    static int run(PrintWriter out, PrintWriter err, String... args) {
        try (Panext panext = new Panext()) {
            return run(panext, out, err, args);
        }
    }

    private static int run(Panext panext, PrintWriter out, PrintWriter err, String... args) {
        Failures failures = new Failures(panext, err);
        try {
            if (STARTS_FAST) {
                panext.anticipate(args);
            }
            CommandLine commandLine = panext.commandLine(args).setOut(out).setErr(err)
                    .setCaseInsensitiveEnumValuesAllowed(true).registerConverter(Path.class, Main::path)
                    .setUsageHelpAutoWidth(true).setParameterExceptionHandler(failures)
                    .setExecutionExceptionHandler(failures);
            int status = commandLine.execute(args);
            out.flush();
            return status;
        } catch (Throwable e) {
            return failures.report(e);
        }
    }

    /** An empty name, as of a variable that is not set, would be the current folder. */
    private static Path path(String name) {
        if (name.isEmpty()) {
            throw new TypeConversionException("an empty name");
        }
        try {
            return Path.of(name);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("'" + name + "' cannot be the name of a file: " + e.getReason());
        }
    }
}
