package io.panext.cli;

import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command itself: its subcommands, and what all of them have. */
@Command(name = "panext", mixinStandardHelpOptions = true, scope = ScopeType.INHERIT,
        versionProvider = Panext.Version.class, sortOptions = false,
        description = "Runs ConvNeXt models on the CPU. One small model is embedded; only pull uses a network.",
        synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%n",
        commandListHeading = "%ncommands:%n", footerHeading = "%n", subcommands = {
                Classify.class, Features.class, Run.class, Inspect.class, Preprocess.class, Models.class, Convert.class,
                Validate.class, PullCommand.class})
final class Panext {

    @Option(names = "--verbose", scope = ScopeType.INHERIT, description = "Show the stack trace of an error.")
    boolean verbose;

    /** Version of panext, and of the Java that runs it. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            String version = Objects.requireNonNullElse(Panext.class.getPackage().getImplementationVersion(),
                    "(development)");
            return new String[] {"panext " + version + ", Java " + Runtime.version()};
        }
    }
}
