package io.panext.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command itself: its subcommands, and what all of them have. */
@Command(name = "panext", mixinStandardHelpOptions = true, scope = ScopeType.INHERIT,
        versionProvider = Panext.Version.class, sortOptions = false,
        description = "Runs ConvNeXt models on the CPU. One small model is embedded; only pull uses a network.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%n",
        commandListHeading = "%ncommands:%n", footerHeading = "%n")
final class Panext implements AutoCloseable {

    /** The subcommands, in the order of the help. */
    private static final List<Map.Entry<String, Class<?>>> COMMANDS = List.of(Map.entry("classify", Classify.class),
            Map.entry("features", Features.class), Map.entry("run", Run.class),
            Map.entry("reconstruct", Reconstruct.class), Map.entry("analyze", Analyze.class),
            Map.entry("inspect", Inspect.class), Map.entry("preprocess", Preprocess.class),
            Map.entry("models", Models.class), Map.entry("convert", Convert.class),
            Map.entry("validate", Validate.class), Map.entry("pull", PullCommand.class));

    private Optional<Anticipation> anticipation = Optional.empty();

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show the stack trace of an error.")
    boolean verbose;

    /** Begins with what {@code classify} will most likely need. */
    void anticipate(String... args) {
        anticipation = Optional.of(new Anticipation(args));
    }

    /** What {@code classify} may find made already. */
    Optional<Anticipation> anticipation() {
        return anticipation;
    }

    @Override
    public void close() {
        anticipation.ifPresent(Anticipation::close);
    }

    /**
     * Returns what parses a command line. Where that begins with a subcommand's name it has this one alone: to read the
     * annotations of all takes longer than to classify a photograph.
     */
    CommandLine commandLine(String... args) {
        CommandLine commandLine = new CommandLine(this);
        List<Map.Entry<String, Class<?>>> named = COMMANDS.stream()
                .filter(command -> args.length > 0 && command.getKey().equals(args[0])).toList();
        (named.isEmpty() ? COMMANDS : named)
                .forEach(command -> commandLine.addSubcommand(command.getKey(), command.getValue()));
        if (named.isEmpty()) {
            commandLine.addSubcommand(new HelpCommand());
        }
        return commandLine;
    }

    /** Version of panext, and of the Java that runs it. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"panext " + io.panext.Version.NUMBER + ", Java " + Runtime.version()};
        }
    }
}
