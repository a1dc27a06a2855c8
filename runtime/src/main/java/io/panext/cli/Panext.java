package io.panext.cli;

import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command itself: its subcommands, and what all of them have. */
@Command(name = "panext", subcommands = {
        Classify.class}, mixinStandardHelpOptions = true, scope = ScopeType.INHERIT, versionProvider = Panext.Version.class, sortOptions = false, usageHelpAutoWidth = true, synopsisHeading = "usage: ", descriptionHeading = "%n", parameterListHeading = "%n", optionListHeading = "%n", commandListHeading = "%ncommands:%n", footerHeading = "%n")
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
