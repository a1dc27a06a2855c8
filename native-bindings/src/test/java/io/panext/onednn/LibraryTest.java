package io.panext.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Libraries that cannot be used: each is told in one line, and none ends the process. */
@EnabledOnOs(OS.LINUX)
class LibraryTest {

    @TempDir
    private Path temporary;

    private Platform platform;
    private Path library;

    @BeforeEach
    void unpack() throws Exception {
        platform = Platform.current().orElseThrow();
        library = BundledLibrary.find(platform).orElseThrow().unpacked(CacheFolder.ofUser());
    }

    /** A program of its own, since a process loads oneDNN once. */
    public static final class Find {

        private Find() {}

        /** Prints what became of it. */
        public static void main(String[] args) {
            try {
                System.out.println(Onednn.find().map(found -> "oneDNN " + found.version() + " " + found.isa().name())
                        .orElse("nothing"));
            } catch (OnednnUnavailableException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private static String find(String option) throws IOException, InterruptedException {
        return Program.line(Find.class, Map.of(), option);
    }

    @Test
    void anotherVersionOnTheClassPathIsNamedAndNotUsed(@TempDir Path folder) throws Exception {
        Path jar = folder.resolve("jar");
        Path file = jar.resolve("org/bytedeco/dnnl").resolve(platform.name()).resolve(platform.files().getFirst());
        Files.createDirectories(file.getParent());
        Files.writeString(file, "another");
        Path cache = folder.resolve("cache");
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            var refused = assertThrows(OnednnUnavailableException.class,
                    () -> new BundledLibrary(platform, loader).unpacked(new CacheFolder(cache)));
            assertTrue(refused.getMessage().endsWith(" on the class path is not that of " + BundledLibrary.ARTIFACT
                    + ", which panext needs"), refused::getMessage);
        }
        try (var left = Files.list(cache)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void anInstalledLibraryIsUsed() throws Exception {
        assertTrue(find("-Dpanext.onednn=" + library).startsWith("oneDNN 3.11.0 "));
    }

    @Test
    @EnabledOnOs(architectures = "amd64")
    void instructionsAreCalledByTheirNames() throws Exception {
        for (String isa : List.of("sse41", "avx", "avx2")) {
            assertEquals("oneDNN 3.11.0 " + isa, Program.line(Find.class,
                    Map.of("DNNL_MAX_CPU_ISA", isa.toUpperCase(Locale.ROOT)), "-Dpanext.onednn=" + library));
        }
    }

    /** Prints the identity of the library, and whether it has been loaded to tell. */
    static final class Identify {

        private Identify() {}

        public static void main(String[] args) {
            System.out.println(Onednn.identity().orElse("none") + ", loaded: "
                    + SymbolLookup.loaderLookup().find("dnnl_version").isPresent());
        }
    }

    @Test
    void theLibraryIsNamedWithoutBeingLoaded() throws Exception {
        assertEquals(BundledLibrary.ARTIFACT + ", loaded: false", Program.line(Identify.class, Map.of()));
        assertEquals(BundledLibrary.ARTIFACT + " at most AVX2, loaded: false", Program.line(Identify.class,
                Map.of("ONEDNN_MAX_CPU_ISA", "AVX2")));
        assertEquals(library.toRealPath() + " of " + Files.getLastModifiedTime(library) + ", loaded: false",
                Program.line(Identify.class, Map.of(), "-Dpanext.onednn=" + library));
        assertEquals("/nowhere/libdnnl.so that cannot be read, loaded: false",
                Program.line(Identify.class, Map.of(), "-Dpanext.onednn=/nowhere/libdnnl.so"));
    }

    @Test
    void javaThatAllowsNoNativeCodeIsToldWithTheRemedy() throws Exception {
        String message = Program.line(Find.class, "--illegal-native-access=deny", Map.of(),
                "-Dpanext.onednn=" + library);
        assertTrue(message.contains("--enable-native-access=ALL-UNNAMED"), message);
    }

    @Test
    void whatIsNotAFileIsTold() throws Exception {
        assertEquals("'" + temporary + "' is not a file (panext.onednn)", find("-Dpanext.onednn=" + temporary));
        assertEquals("'' is not a file (panext.onednn)", find("-Dpanext.onednn="));
    }

    @Test
    void anImpossiblePlaceOfSegmentsIsTold() throws Exception {
        for (long offset : List.of(-1L, Long.MAX_VALUE, 1L << 40)) {
            byte[] header = header();
            ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).putLong(32, offset);
            Path bad = Files.write(temporary.resolve("bad.so"), header);
            String message = find("-Dpanext.onednn=" + bad);
            assertTrue(message.contains("bad.so is damaged") || message.contains("bad.so is cut off"), message);
        }
    }

    @Test
    void aTruncatedOpenMpBesideALibraryIsTold() throws Exception {
        Path moved = Files.copy(library, temporary.resolve("libdnnl.so.3"));
        byte[] openMp = Files.readAllBytes(library.resolveSibling("libgomp.so.1"));
        Path cut = Files.write(temporary.resolve("libgomp.so.1"), Arrays.copyOf(openMp, openMp.length / 2));
        String message = find("-Dpanext.onednn=" + moved);
        assertTrue(message.startsWith(cut + " is cut off: it has " + openMp.length / 2), message);
    }

    private byte[] header() throws IOException {
        try (var in = Files.newInputStream(library)) {
            return in.readNBytes(4096);
        }
    }

    @Test
    void aMissingLibraryIsNamed() throws Exception {
        String message = find("-Dpanext.onednn=" + temporary.resolve("none.so"));
        assertTrue(message.contains("there is no " + temporary.resolve("none.so")), message);
    }

    @Test
    void aTruncatedLibraryIsNotLoaded() throws Exception {
        Path cut = temporary.resolve("cut.so");
        try (var in = Files.newInputStream(library)) {
            Files.write(cut, in.readNBytes(50_000_000));
        }
        assertTrue(find("-Dpanext.onednn=" + cut).contains("is cut off: it has 50000000 of at least "));
    }

    @Test
    void aLibraryForAnotherProcessorIsNotLoaded() throws Exception {
        byte[] header = header();
        header[18] = (byte) (header[18] == 62 ? 183 : 62);
        Path other = Files.write(temporary.resolve("other.so"), header);
        assertTrue(find("-Dpanext.onednn=" + other).contains("is no library for " + platform.name()));
    }

    @Test
    void aLibraryThatIsNotOnednnIsNotUsed() throws Exception {
        Path openMp = library.resolveSibling("libgomp.so.1");
        assertTrue(find("-Dpanext.onednn=" + openMp).endsWith("is not oneDNN"));
        Path text = Files.writeString(temporary.resolve("text.so"), "hello");
        assertTrue(find("-Dpanext.onednn=" + text).contains("is no ELF library"));
    }

    @Test
    void aDamagedCacheIsToldWithTheRemedy() throws Exception {
        var cache = new CacheFolder(temporary);
        Path unpacked = BundledLibrary.find(platform).orElseThrow().unpacked(cache);
        byte[] content = Files.readAllBytes(unpacked);
        content[content.length / 2] ^= 1;
        Files.write(unpacked, content);
        String message = find("-Dpanext.cache=" + temporary);
        assertTrue(message.contains("is damaged: remove " + unpacked.getParent()), message);
    }

    @Test
    void aCacheThatCannotBeReadIsToldWithTheRemedy() throws Exception {
        var cache = new CacheFolder(temporary);
        Path folder = BundledLibrary.find(platform).orElseThrow().unpacked(cache).getParent();
        Files.setPosixFilePermissions(folder, Set.of());
        try {
            assumeFalse(Files.isReadable(folder), "the superuser may read everything");
            String message = find("-Dpanext.cache=" + temporary);
            assertTrue(message.contains("libdnnl.so.3 cannot be read: "), message);
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsToldWithTheRemedy() throws Exception {
        Path file = Files.writeString(temporary.resolve("file"), "not a folder");
        String message = find("-Dpanext.cache=" + file);
        assertTrue(message.contains("cannot be unpacked into " + file), message);
        assertTrue(message.contains("-Dpanext.cache names another folder"), message);
    }

    @Test
    void platformsAreRecognised() {
        assertEquals("linux-x86_64", Platform.of("Linux", "amd64").orElseThrow().name());
        assertEquals("linux-arm64", Platform.of("Linux", "aarch64").orElseThrow().name());
        assertEquals("macosx-arm64", Platform.of("Mac OS X", "aarch64").orElseThrow().name());
        assertEquals("windows-x86_64", Platform.of("Windows 11", "amd64").orElseThrow().name());
        assertEquals(Optional.empty(), Platform.of("Linux", "riscv64"));
    }

    @Test
    void oldSystemsAreRecognised() {
        assertTrue(Onednn.isRecentGlibc("2.34"));
        assertTrue(Onednn.isRecentGlibc("2.41"));
        assertTrue(Onednn.isRecentGlibc("2.34-x"));
        assertTrue(Onednn.isRecentGlibc("2.36.9000"));
        assertFalse(Onednn.isRecentGlibc("2.31"));
        assertFalse(Onednn.isRecentGlibc("2.31-0ubuntu9"));
        assertFalse(Onednn.isRecentGlibc("2.x"));
        assertFalse(Onednn.isRecentGlibc("none"));
    }

    @Test
    void theLibraryIsLoadedOnce() throws Exception {
        Onednn onednn = Onednn.find().orElseThrow();
        assertEquals(onednn, Onednn.find().orElseThrow());
        assertThrows(OnednnException.class,
                () -> MemoryDescriptor.strided(DataType.F32, new long[] {-1}, new long[] {1}));
        assertTrue(onednn.version().startsWith("3."));
    }
}
