package io.panext.jmh;

import io.panext.jmh.peer.ModelFile;
import io.panext.jmh.peer.Peer;
import io.panext.jmh.peer.Peers;
import io.panext.jmh.peer.Workload;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The most memory that a process has resident which loads a model from its file and runs it {@value #RUNS} times: heap,
 * libraries, weights and all.
 */
final class Footprint {

    private static final int RUNS = 10;
    private static final String PEAK = "VmHWM:";
    private static final Path STATUS = Path.of("/proc/self/status");

    /** The same for all. Off the heap, everybody may take what he needs. */
    private static final List<String> JVM = List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=4g",
            "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private Footprint() {}

    /**
     * Measures one runtime.
     *
     * @return bytes, or 0 where the operating system does not tell
     * @throws IOException if the process fails
     */
    static long peakBytes(Peer peer, Workload work) throws IOException, InterruptedException {
        if (!Files.isReadable(STATUS)) {
            return 0;
        }
        try (ModelFile file = ModelFile.of(peer, work)) {
            return run(peer, work, file.path());
        }
    }

    private static long run(Peer peer, Workload work, Path file) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(JVM);
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-Dpanext.")).forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Footprint.class.getName(), peer.name(),
                file.toString(), work.model(), Integer.toString(work.batch()), Integer.toString(work.size()),
                Integer.toString(work.threads())));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException("the process that measures " + peer.name() + " on " + work + " failed");
        }
        return Long.parseLong(output);
    }

    /** Runs what the arguments say and prints the peak of this process, in bytes. */
    public static void main(String[] args) throws IOException {
        var work = new Workload(args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]),
                Integer.parseInt(args[5]));
        try (Peer.Model model = Peers.named(args[0]).load(Path.of(args[1]), work)) {
            for (int run = 0; run < RUNS; run++) {
                model.run();
            }
            System.out.println(peak());
        }
    }

    private static long peak() throws IOException {
        String line = Files.readAllLines(STATUS).stream().filter(text -> text.startsWith(PEAK)).findFirst()
                .orElseThrow(() -> new IOException(STATUS + " has no " + PEAK));
        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
    }
}
