package io.panext.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CacheFolderTest {

    private static final Path HOME = Path.of("/home/ann");

    @TempDir
    private Path temporary;

    @Test
    void aPropertyGoesBeforeTheEnvironmentAndThatBeforeTheSystemsOwn() {
        Map<String, String> environment = Map.of("PANEXT_CACHE", "/a", "XDG_CACHE_HOME", "/b");
        assertEquals(Path.of("/p"), CacheFolder.of(environment, Optional.of("/p"), "Linux", HOME).path());
        assertEquals(Path.of("/a"), CacheFolder.of(environment, Optional.empty(), "Linux", HOME).path());
        assertEquals(Path.of("/b/panext"),
                CacheFolder.of(Map.of("XDG_CACHE_HOME", "/b"), Optional.empty(), "Linux", HOME).path());
        assertEquals(HOME.resolve(".cache/panext"),
                CacheFolder.of(Map.of("XDG_CACHE_HOME", "relative"), Optional.empty(), "Linux", HOME).path());
        assertEquals(Path.of("/moved/.cache/panext"),
                CacheFolder.of(Map.of("HOME", "/moved"), Optional.empty(), "Linux", HOME).path());
        assertEquals(HOME.resolve(".cache/panext"),
                CacheFolder.of(Map.of("HOME", ""), Optional.empty(), "Linux", HOME).path());
        assertEquals(HOME.resolve("Library/Caches/panext"),
                CacheFolder.of(Map.of(), Optional.empty(), "Mac OS X", HOME).path());
        assertEquals(HOME.resolve("AppData/Local/panext"),
                CacheFolder.of(Map.of(), Optional.empty(), "Windows 11", HOME).path());
    }

    @Test
    void manyWhoFillAFolderAtOnceAllSeeItFull() throws Exception {
        var cache = new CacheFolder(temporary.resolve("cache"));
        var together = new CyclicBarrier(4);
        Callable<byte[]> fill = () -> {
            together.await();
            Path folder = cache.folder("library", into -> Files.write(into.resolve("file"), new byte[1 << 20]));
            return Files.readAllBytes(folder.resolve("file"));
        };
        try (var pool = Executors.newFixedThreadPool(4)) {
            for (var result : pool.invokeAll(List.of(fill, fill, fill, fill))) {
                assertArrayEquals(new byte[1 << 20], result.get());
            }
        }
        try (Stream<Path> left = Files.list(cache.path())) {
            assertEquals(List.of("library"), left.map(path -> path.getFileName().toString()).toList());
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "has no such permissions")
    void whatIsKeptMayBeReadByWhoeverMayReadOtherNewFiles() throws IOException {
        var cache = new CacheFolder(temporary.resolve("cache"));
        Path folder = cache.folder("library", _ -> {});
        cache.store("times.json", new byte[] {1});
        assertEquals(Files.getPosixFilePermissions(Files.createDirectory(temporary.resolve("folder"))),
                Files.getPosixFilePermissions(folder));
        assertEquals(Files.getPosixFilePermissions(Files.createFile(temporary.resolve("file"))),
                Files.getPosixFilePermissions(cache.path().resolve("times.json")));
    }

    @Test
    void aFillingThatFailsLeavesNothing() throws IOException {
        var cache = new CacheFolder(temporary);
        assertThrows(IOException.class, () -> cache.folder("library", into -> {
            Files.write(into.resolve("half"), new byte[3]);
            throw new IOException("disk full");
        }));
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void whatIsStoredReplacesWhatWasThere() throws IOException {
        var cache = new CacheFolder(temporary);
        cache.store("times.json", new byte[] {1});
        cache.store("times.json", new byte[] {2});
        assertArrayEquals(new byte[] {2}, Files.readAllBytes(temporary.resolve("times.json")));
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(1, left.count());
        }
    }
}
