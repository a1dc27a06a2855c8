package io.panext.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
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
        var cache = new CacheFolder(Path.of(System.getProperty("panext.cache")));
        library = BundledLibrary.find(platform).orElseThrow().unpacked(cache);
    }

    /** A program of its own, since a process loads oneDNN once. */
    public static final class Find {

        private Find() {}

        /** Prints what became of it. */
        public static void main(String[] args) {
            try {
                System.out.println(Onednn.find().map(found -> "oneDNN " + found.version()).orElse("nothing"));
            } catch (OnednnUnavailableException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private static String find(String option) throws IOException, InterruptedException {
        return Program.line(Find.class, Map.of(), option);
    }

    @Test
    void anInstalledLibraryIsUsed() throws Exception {
        assertEquals("oneDNN 3.11.0", find("-Dpanext.onednn=" + library));
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
        byte[] header = Files.newInputStream(library).readNBytes(4096);
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
        assertFalse(Onednn.isRecentGlibc("2.31"));
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
