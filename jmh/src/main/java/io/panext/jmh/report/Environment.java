package io.panext.jmh.report;

import io.panext.BackendChoice;
import io.panext.Precision;
import io.panext.jmh.peer.Panext;
import io.panext.jmh.peer.Peers;
import io.panext.onednn.Onednn;
import io.panext.onednn.OnednnUnavailableException;
import io.panext.tune.Machine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What times depend on besides what is measured.
 *
 * @param time     when the run began
 * @param machine  processor, number of processors, vector width
 * @param system   operating system
 * @param jvm      Java virtual machine
 * @param commit   of the source, {@code -dirty} if it was changed, {@code unknown} outside a repository
 * @param versions of panext, of oneDNN and of the peers
 */
public record Environment(String time, String machine, String system, String jvm, String commit,
        Map<String, String> versions) {

    /** Describes this process and its machine. Loads the libraries of all peers, which a measurement need not bear. */
    public static Environment here(Instant began) {
        var versions = new LinkedHashMap<String, String>();
        versions.put("panext", new Panext(BackendChoice.AUTO, Precision.FP32).version());
        versions.put("oneDNN", onednn());
        Stream.of(Peers.values()).map(Peers::peer).forEach(peer -> versions.put(peer.name(), peer.version()));
        return new Environment(began.truncatedTo(ChronoUnit.SECONDS).toString(),
                Machine.name("oneDNN " + versions.get("oneDNN")), properties("os.name", "os.version", "os.arch"),
                properties("java.vm.name", "java.runtime.version"), describedCommit(), versions);
    }

    private static String onednn() {
        try {
            return Onednn.find().map(found -> found.version() + " " + found.isa().name()).orElse("none");
        } catch (OnednnUnavailableException e) {
            return e.getMessage();
        }
    }

    private static String properties(String... names) {
        return Stream.of(names).map(System::getProperty).collect(Collectors.joining(" "));
    }

    private static String describedCommit() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 ? commit : "unknown";
        } catch (IOException e) {
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}
