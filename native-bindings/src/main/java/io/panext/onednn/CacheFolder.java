package io.panext.onednn;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folder where panext keeps what can be made again: unpacked libraries, measurements.
 *
 * <p>It is, the first that is set: the system property {@code panext.cache}; the environment's {@code PANEXT_CACHE};
 * {@code panext} in {@code XDG_CACHE_HOME}, or in the cache folder that the system has for each user. Nothing is made
 * before something is stored; what is stored is complete when it appears.
 */
public final class CacheFolder {

    private static final String PROPERTY = "panext.cache";
    private static final String VARIABLE = "PANEXT_CACHE";

    /** What to tell somebody whose folder cannot be used. */
    public static final String REMEDY = VARIABLE + " or -D" + PROPERTY + " names another folder";

    private final Path path;

    /** @param path the folder, which need not exist */
    public CacheFolder(Path path) {
        this.path = path.toAbsolutePath();
    }

    /** Returns this user's folder. */
    public static CacheFolder ofUser() {
        return of(System.getenv(), Optional.ofNullable(System.getProperty(PROPERTY)),
                System.getProperty("os.name"), Path.of(System.getProperty("user.home")));
    }

    static CacheFolder of(Map<String, String> environment, Optional<String> property, String system, Path home) {
        Optional<Path> chosen = property.or(() -> Optional.ofNullable(environment.get(VARIABLE)))
                .filter(name -> !name.isBlank()).map(Path::of);
        return new CacheFolder(chosen.orElseGet(() -> caches(environment, system, home).resolve("panext")));
    }

    private static Path caches(Map<String, String> environment, String system, Path home) {
        String name = system.toLowerCase(Locale.ROOT);
        if (name.contains("windows")) {
            return Optional.ofNullable(environment.get("LOCALAPPDATA")).map(Path::of)
                    .orElseGet(() -> home.resolve("AppData/Local"));
        }
        return absolute(environment, "XDG_CACHE_HOME").orElseGet(() -> absolute(environment, "HOME").orElse(home)
                .resolve(name.contains("mac") ? "Library/Caches" : ".cache"));
    }

    /** The specification has relative paths ignored. */
    private static Optional<Path> absolute(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable)).map(Path::of).filter(Path::isAbsolute);
    }

    /** The folder. */
    public Path path() {
        return path;
    }

    /**
     * Fills an empty folder.
     *
     * @param <E> what it throws if it has nothing to fill it with
     */
    @FunctionalInterface
    public interface Filling<E extends Exception> {

        /** Writes files into a folder. */
        void into(Path folder) throws IOException, E;
    }

    /**
     * Returns a folder below this one, which is filled if it is not there. Of several processes that fill it at once one
     * wins; none sees it half full.
     */
    public <E extends Exception> Path folder(String name, Filling<E> filling) throws IOException, E {
        Path folder = path.resolve(name);
        if (Files.isDirectory(folder)) {
            return folder;
        }
        Files.createDirectories(path);
        Path temporary = Files.createDirectory(temporary(name));
        try {
            filling.into(temporary);
            Files.move(temporary, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw e;
        } catch (IOException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        } finally {
            delete(temporary);
        }
        return folder;
    }

    /** Stores a small file in place of what was there. */
    public void store(String name, byte[] content) throws IOException {
        Files.createDirectories(path);
        Path temporary = temporary(name);
        try {
            Files.write(temporary, content, StandardOpenOption.CREATE_NEW);
            Files.move(temporary, path.resolve(name), StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Returns a name that nobody else has. Java's own temporary files would be readable for their owner alone. */
    private Path temporary(String name) {
        return path.resolve(name + "." + UUID.randomUUID() + ".tmp");
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            List<Path> contents;
            try (Stream<Path> walk = Files.walk(folder)) {
                contents = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path content : contents) {
                Files.delete(content);
            }
        }
    }
}
