package io.panext.jmh;

import io.panext.BackendUnavailableException;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * A command line in JMH's options.
 *
 * @param options    what it says
 * @param parameters names that {@code -p} gives values to: JMH tells nobody of those that no benchmark has
 */
record Command(CommandLineOptions options, Set<String> parameters) {

    /** {@code -p name=}, also in one word; {@code -prof} is another option. */
    private static final Pattern PARAMETER = Pattern.compile("\\s--?p[=\\s]?(?!rof=)([^=\\s]+)=");

    /** What is done with a command. */
    @FunctionalInterface
    interface Program {

        /**
         * Does it.
         *
         * @return what failed, in a line each
         * @throws CommandLineOptionException if the command asks for what cannot be had
         */
        List<String> run(Command command)
                throws CommandLineOptionException, RunnerException, IOException, InterruptedException;
    }

    /** Copies the set. */
    Command {
        parameters = Set.copyOf(parameters);
    }

    static Command of(String... arguments) throws CommandLineOptionException {
        List<String> words = Stream.of(arguments).map(word -> word.equals("--help") ? "-h" : word).toList();
        Matcher names = PARAMETER.matcher(" " + String.join(" ", words));
        return new Command(new CommandLineOptions(words.toArray(String[]::new)),
                names.results().map(match -> match.group(1)).collect(Collectors.toSet()));
    }

    /**
     * Answers a command that only asks, or hands it to a program.
     *
     * @param usage what the program does with JMH's options
     * @return the exit status: 0 if nothing failed, otherwise 1
     */
    static int execute(String usage, Program program, String... arguments) throws InterruptedException {
        try {
            Command command = of(arguments);
            if (command.answers(usage)) {
                return 0;
            }
            List<String> failures = program.run(command);
            failures.forEach(failure -> System.err.println("failed: " + failure));
            return failures.isEmpty() ? 0 : 1;
        } catch (CommandLineOptionException | RunnerException | IOException | BackendUnavailableException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }

    private boolean answers(String usage) throws IOException {
        if (options.shouldHelp()) {
            System.out.println(usage);
            options.showHelp();
        } else if (options.shouldListWithParams()) {
            new Runner(options).listWithParams(options);
        } else if (options.shouldList()) {
            new Runner(options).list();
        } else if (options.shouldListProfilers()) {
            options.listProfilers();
        } else if (options.shouldListResultFormats()) {
            options.listResultFormats();
        } else {
            return false;
        }
        return true;
    }

    /** @throws CommandLineOptionException if {@code -p} names another parameter */
    void requireParameters(Collection<String> known) throws CommandLineOptionException {
        for (String name : new TreeSet<>(parameters)) {
            if (!known.contains(name)) {
                throw new CommandLineOptionException("-p " + name + ": nothing that is run has this parameter; there "
                        + "are " + String.join(", ", new TreeSet<>(known)));
            }
        }
    }

    /** @throws CommandLineOptionException if it names benchmarks */
    void requireNoBenchmarks() throws CommandLineOptionException {
        if (!options.getIncludes().isEmpty()) {
            throw new CommandLineOptionException("what is run is not to be chosen: " + options.getIncludes());
        }
    }
}
