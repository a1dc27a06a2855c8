package io.panext.cli;

import io.panext.simd.VectorApiMissingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what went wrong. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {

    private final Panext panext;
    /** Tells the launcher, which left the Vector API out to start fast, that it is needed after all. */
    private static final int START_AGAIN = 86;

    private final PrintWriter err;

    Failures(Panext panext, PrintWriter err) {
        this.panext = panext;
        this.err = err;
    }

    /** Wrong usage. */
    @Override
    public int handleParseException(ParameterException e, String[] args) {
        if (args.length == 0) {
            e.getCommandLine().usage(err);
            return ExitCode.USAGE;
        }
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        err.println("panext: " + problem(e) + "; see " + command + " --help");
        return ExitCode.USAGE;
    }

    private static String problem(ParameterException e) {
        return switch (e) {
            case MaxValuesExceededException _ -> "options that exclude each other";
            default -> firstLine(e.getMessage()).replaceFirst("^Error: ", "") + suggestion(e);
        };
    }

    private static String suggestion(ParameterException e) {
        List<String> known = e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        return known.isEmpty() ? "" : ": did you mean " + String.join(" or ", known) + "?";
    }

    /** A command failed. */
    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
        return report(e);
    }

    /**
     * Reports what a command, or the printing of its result, ran into.
     *
     * @return the exit status
     */
    int report(Throwable e) {
        if (e instanceof StandardOutput.ClosedException closed && closed.isReaderGone()) {
            return ExitCode.OK;
        }
        if (e instanceof VectorApiMissingException && Main.STARTS_FAST) {
            return START_AGAIN;
        }
        err.println("panext: " + message(e));
        if (panext.verbose) {
            e.printStackTrace(err);
        }
        return ExitCode.SOFTWARE;
    }

    /** A system property that has no meaning fails the class that reads it, deep inside of what was to be done. */
    private static String message(Throwable e) {
        return Stream.iterate(e, Objects::nonNull, Throwable::getCause)
                .filter(ExceptionInInitializerError.class::isInstance).map(Throwable::getCause)
                .filter(IllegalArgumentException.class::isInstance).findFirst().map(Failures::message)
                .orElseGet(() -> ofKind(e));
    }

    private static String ofKind(Throwable e) {
        return switch (e) {
            case OutOfMemoryError _ -> "not enough memory: " + firstLine(e.getMessage());
            case UncheckedIOException io -> message(io.getCause());
            case IOException io -> firstLine(io.getMessage());
            case CommandException refusal -> firstLine(refusal.getMessage());
            case StandardOutput.ClosedException closed -> firstLine(closed.getMessage());
            case IllegalArgumentException argument -> firstLine(argument.getMessage());
            case IllegalStateException state -> firstLine(state.getMessage());
            default -> "internal error: " + firstLine(e.toString()) + "; --verbose shows where";
        };
    }

    private static String firstLine(String message) {
        return message == null ? "no reason given" : message.lines().findFirst().orElse("").strip();
    }
}
