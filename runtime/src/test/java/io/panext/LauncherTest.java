package io.panext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher and its cache of linked classes, from a copy of what {@code package} has built. */
@Tag("launcher")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class LauncherTest {

    private static final String TRAINS = "panext: preparing faster starts, once: this takes a few seconds ...";
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Path CAT = Path.of("model-zoo/samples/chelsea.png");
    private static final Path BUILT = Path.of("runtime/target/panext");
    private static final Path LIB = BUILT.resolve("lib");

    @TempDir
    private static Path temporary;
    private static Path installed;

    private final Path cache = installed.resolve(BUILT)
            .resolve("start-" + System.getProperty("java.version") + ".aot");

    private record Result(int status, List<String> out, List<String> err) {}

    @BeforeAll
    static void install() throws IOException {
        installed = temporary.resolve("a folder");
        Files.createDirectories(installed.resolve(LIB));
        Files.createDirectories(installed.resolve(CAT).getParent());
        var files = new ArrayList<Path>(List.of(Path.of("panext"), CAT));
        try (Stream<Path> jars = Files.list(REPOSITORY.resolve(LIB))) {
            jars.map(REPOSITORY::relativize).forEach(files::add);
        }
        for (Path file : files) {
            Files.copy(REPOSITORY.resolve(file), installed.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    @BeforeEach
    void forget() throws IOException {
        Files.deleteIfExists(cache);
    }

    @Test
    void theFirstStartMakesTheCacheAndTheNextOnesUseIt() throws Exception {
        Result first = panext("classify", CAT.toString());
        assertIsACat(first, TRAINS);
        FileTime made = Files.getLastModifiedTime(cache);
        assertTrue(Files.size(cache) > 0);
        assertEquals(new Result(0, first.out(), List.of()), panext("classify", CAT.toString()));
        assertEquals(made, Files.getLastModifiedTime(cache));
        Result strict = panext(Map.of("JAVA_TOOL_OPTIONS", "-XX:AOTMode=on"), "classify", CAT.toString());
        assertEquals(0, strict.status(), "Java must accept the cache: " + strict);
    }

    @Test
    void aCacheOlderThanAJarIsMadeAnew() throws Exception {
        Files.writeString(cache, "of another build");
        Files.setLastModifiedTime(cache, FileTime.from(Instant.EPOCH));
        assertIsACat(panext("classify", CAT.toString()), TRAINS);
        assertTrue(Files.size(cache) > 1 << 20);
    }

    @Test
    void aCacheThatCannotBeUsedIsLeftAlone() throws Exception {
        Files.writeString(cache, "damaged");
        assertIsACat(panext("classify", CAT.toString()));
    }

    @Test
    void aFolderThatCannotBeWrittenStartsWithoutACache() throws Exception {
        Path folder = cache.getParent();
        assertTrue(folder.toFile().setWritable(false));
        try {
            assumeFalse(Files.isWritable(folder), "whoever runs this may write everywhere");
            assertIsACat(panext("classify", CAT.toString()));
            assertFalse(Files.exists(cache));
        } finally {
            assertTrue(folder.toFile().setWritable(true));
        }
    }

    @Test
    void aShortRunThatNeedsTheVectorApiIsStartedAgain() throws Exception {
        assertIsACat(panext("classify", "--backend=simd", CAT.toString()), TRAINS);
    }

    @Test
    void aShortRunThatFailsSaysSo() throws Exception {
        Result failed = panext("classify", "missing.png");
        assertEquals(1, failed.status(), failed.toString());
        assertEquals(List.of(TRAINS, "panext: missing.png: no such file"), failed.err());
    }

    @Test
    void aSignalEndsTheTrainingAndLeavesNoCache() throws Exception {
        Process launcher = start(Map.of(), "classify", CAT.toString());
        // builds in the background of a shell ignore interrupts
        signal("TERM", javaOf(launcher));
        assertEquals(143, launcher.waitFor());
        try (Stream<Path> left = Files.list(cache.getParent())) {
            assertEquals(List.of(installed.resolve(LIB)), left.toList());
        }
    }

    @Test
    void whoeverIsToldToEndLeavesNoJavaBehind() throws Exception {
        assertIsACat(panext("classify", CAT.toString()), TRAINS);
        Process launcher = start(Map.of(), "classify", CAT.toString());
        ProcessHandle java = javaOf(launcher);
        signal("TERM", launcher.toHandle());
        assertEquals(143, launcher.waitFor());
        assertFalse(java.isAlive());
    }

    @Test
    void otherCommandsNeedNoCache() throws Exception {
        Result version = panext("--version");
        assertEquals(0, version.status(), version.toString());
        assertTrue(version.out().getFirst().matches("panext \\d.*, Java \\d.*"), version.toString());
        assertFalse(Files.exists(cache));
    }

    private static void assertIsACat(Result result, String... messages) {
        assertEquals(0, result.status(), result.toString());
        assertTrue(result.out().getFirst().startsWith("cat "), result.toString());
        assertEquals(List.of(messages), result.err());
    }

    /** Runs the launcher by a link to it, from the folder that it is installed in. */
    private static Result panext(String... arguments) throws IOException, InterruptedException {
        return panext(Map.of(), arguments);
    }

    private static Result panext(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Process process = start(environment, arguments);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out.lines().toList(), Files.readAllLines(errors()));
    }

    private static Path errors() {
        return installed.resolve("err");
    }

    private static Process start(Map<String, String> environment, String... arguments) throws IOException {
        Path link = installed.resolve("link");
        if (!Files.exists(link)) {
            Files.createSymbolicLink(link, Path.of("panext"));
        }
        var builder = new ProcessBuilder(Stream.concat(Stream.of(link.toString()), Stream.of(arguments)).toList())
                .directory(installed.toFile()).redirectError(errors().toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("CDPATH", ".:..");
        builder.environment().remove("PANEXT_JAVA_OPTS");
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** Waits until a launcher has started Java. */
    private static ProcessHandle javaOf(Process launcher) throws InterruptedException {
        while (launcher.isAlive()) {
            Optional<ProcessHandle> java = launcher.descendants().filter(process -> process.info().command()
                    .filter(command -> command.endsWith("/bin/java")).isPresent()).findFirst();
            if (java.isPresent()) {
                return java.get();
            }
            Thread.sleep(1);
        }
        throw new AssertionError("the launcher ended without Java");
    }

    private static void signal(String name, ProcessHandle process) throws IOException, InterruptedException {
        assertEquals(0, new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor());
    }
}
