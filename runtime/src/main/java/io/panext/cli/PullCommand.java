package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.hub.Hub;
import io.panext.hub.HubSettings;
import io.panext.hub.Pull;
import io.panext.zoo.Catalogue;
import io.panext.zoo.PretrainedTag;
import io.panext.zoo.PretrainedTags;
import io.panext.zoo.checkpoint.HubCache;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code panext pull}: fetches published weights, the one command that uses a network. */
@Command(name = "pull",
        description = "Fetch published weights from the Hugging Face hub. No other command uses a network.",
        footer = {
                "The weights go to the cache that Hugging Face's own tools use; from then on",
                "every command opens them by their name. What was fetched before an interruption",
                "is not fetched again. Each file's size and hash are checked.", "",
                "environment: HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_TOKEN, HF_HUB_OFFLINE,",
                "HTTPS_PROXY, NO_PROXY", "",
                "examples:", "  panext pull convnext_tiny.fb_in22k_ft_in1k",
                "  panext pull hf:facebook/convnext-tiny-224",
                "  panext classify --model convnext_tiny.fb_in22k_ft_in1k cat.jpg"})
final class PullCommand implements Callable<Integer> {

    private static final int MIB = 1 << 20;

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "TAG|hf:OWNER/NAME", arity = "1..*",
            description = "Weights that panext models lists, or a repository of the hub.")
    private List<String> names;

    @Option(names = "--accept-license", description = "Accept the licence, whatever it is, without being asked.")
    private boolean accepted;

    @Override
    public Integer call() throws IOException, CommandException {
        List<String> repositories = names.stream().map(PullCommand::repository).toList();
        try (Hub hub = new Hub(HubSettings.of(System.getenv(), Path.of(System.getProperty("user.home"))))) {
            for (int i = 0; i < names.size(); i++) {
                Pull pull = hub.pull(repositories.get(i));
                requireAcceptance(names.get(i), pull.licence().orElse("not stated"));
                command.commandLine().getOut().println(fetch(pull));
                command.commandLine().getOut().flush();
            }
        }
        return ExitCode.OK;
    }

    private static String repository(String name) {
        if (name.startsWith(HubCache.SCHEME)) {
            return HubCache.requireRepository(name.substring(HubCache.SCHEME.length()));
        }
        if (name.equals(ConvNeXt.EMBEDDED)) {
            throw new IllegalArgumentException(name + " is embedded: there is nothing to fetch");
        }
        PretrainedTag tag = PretrainedTags.find(name).orElseThrow(() -> new IllegalArgumentException(unknown(name)));
        return tag.hub().orElseThrow(() -> new IllegalArgumentException(name + " is not on the hub"
                + tag.source().map(source -> "; it can be had at " + source).orElse("")));
    }

    private static String unknown(String name) {
        if (Catalogue.find(name).isPresent()) {
            return name + " is an architecture; panext models " + name + " lists its weights";
        }
        return name.matches("[^/]+/[^/]+")
                ? "unknown model '" + name + "': a repository of Hugging Face is named " + HubCache.SCHEME + name
                : Catalogue.unknown(name);
    }

    private static Path fetch(Pull pull) throws IOException {
        try (Progress progress = new Progress("pull (MiB)", (int) Math.ceilDiv(pull.byteSize(), MIB))) {
            return pull.run(bytes -> progress.stepTo(bytes / MIB));
        }
    }

    private void requireAcceptance(String name, String licence) throws CommandException {
        if (!PretrainedTag.isRestricted(licence)) {
            return;
        }
        command.commandLine().getErr().println("panext: " + name + ": licence " + licence
                + ": it may forbid commercial use; read it before you use the weights");
        if (!accepted && !agrees()) {
            throw new CommandException(name + ": not fetched; --accept-license accepts the licence");
        }
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 25 has none again where nobody sits
    private static boolean agrees() {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return false;
        }
        String answer = console.readLine("Do you accept it? [y/N] ");
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
    }
}
