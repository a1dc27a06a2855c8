package io.panext.zoo.checkpoint;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder in which Hugging Face's tools keep what they downloaded, timm among them; no network is needed here.
 *
 * <p>A repository's folder has three: {@code blobs} with the files by their hash, {@code snapshots} with a folder for each
 * commit and links to the blobs in it, and {@code refs} that say which commit a branch is at. See
 * <a href="https://huggingface.co/docs/huggingface_hub/guides/manage-cache">the description</a>.
 *
 * @param folder where it is; it need not exist
 */
public record HubCache(Path folder) {

    /** What a model of the hub is called begins so: {@code hf:facebook/convnext-tiny-224}. */
    public static final String SCHEME = "hf:";

    private static final Pattern REPOSITORY = Pattern.compile("\\w[\\w.-]*/\\w[\\w.-]*");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final String MAIN = "main";

    /** The cache of this user, as {@code HF_HUB_CACHE}, {@code HF_HOME} or {@code XDG_CACHE_HOME} have it. */
    public static HubCache standard() {
        return of(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    /**
     * Finds the cache.
     *
     * @param environment variables of the process
     * @param home        the user's home folder
     */
    public static HubCache of(Map<String, String> environment, Path home) {
        return new HubCache(Stream.of("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE").map(environment::get)
                .filter(value -> value != null && !value.isBlank()).map(value -> expanded(value, home)).findFirst()
                .orElseGet(() -> huggingFaceHome(environment, home).resolve("hub")));
    }

    /** Returns the folder of all that Hugging Face's tools keep. */
    public static Path huggingFaceHome(Map<String, String> environment, Path home) {
        String given = environment.getOrDefault("HF_HOME", "");
        if (!given.isBlank()) {
            return expanded(given, home);
        }
        String caches = environment.getOrDefault("XDG_CACHE_HOME", "");
        return (caches.isBlank() ? home.resolve(".cache") : expanded(caches, home)).resolve("huggingface");
    }

    /**
     * Checks a repository's name.
     *
     * @throws IllegalArgumentException if it is not {@code owner/name}
     */
    public static String requireRepository(String name) {
        if (!REPOSITORY.matcher(name).matches() || name.contains("--") || name.contains("..")) {
            throw new IllegalArgumentException("'" + name + "' is no repository's name, owner/name");
        }
        return name;
    }

    /** What a checkpoint is called in a repository, the formats that are quickest to open first. */
    public static List<String> checkpoints() {
        return ModelFiles.CHECKPOINTS;
    }

    /** Finds a repository's main snapshot, if it holds a checkpoint. */
    public Optional<Path> find(String repository) {
        Path refs = repository(repository).resolve("refs").resolve(MAIN);
        try {
            String commit = Files.exists(refs) ? Files.readString(refs).strip() : "";
            return COMMIT.matcher(commit).matches()
                    ? Optional.of(snapshot(repository, commit)).filter(HubCache::holdsCheckpoint)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The folder of a repository. */
    public Path repository(String repository) {
        return folder.resolve("models--" + requireRepository(repository).replace("/", "--"));
    }

    /** The file of a lock that whoever writes a blob holds. */
    public Path lock(String repository, String hash) {
        return folder.resolve(".locks").resolve(repository(repository).getFileName()).resolve(hash + ".lock");
    }

    /** The file of a blob. */
    public Path blob(String repository, String hash) {
        return repository(repository).resolve("blobs").resolve(hash);
    }

    /** The folder of a commit's files. */
    public Path snapshot(String repository, String commit) {
        return repository(repository).resolve("snapshots").resolve(commit);
    }

    /**
     * Publishes blobs as the files of a commit, and the commit as the main one: all or nothing.
     *
     * @param hashes blob by the file's name
     */
    public void publish(String repository, String commit, Map<String, String> hashes) throws IOException {
        Path snapshot = Files.createDirectories(snapshot(repository, commit));
        for (var file : hashes.entrySet()) {
            link(snapshot.resolve(file.getKey()), blob(repository, file.getValue()));
        }
        Path refs = Files.createDirectories(repository(repository).resolve("refs"));
        Path temporary = Files.writeString(temporary(refs), commit);
        Files.move(temporary, refs.resolve(MAIN), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Links by name, or by another way where the file system cannot. */
    private static void link(Path link, Path blob) throws IOException {
        Path temporary = temporary(link.getParent());
        try {
            try {
                Files.createSymbolicLink(temporary, link.getParent().relativize(blob));
            } catch (UnsupportedOperationException | FileSystemException e) {
                Files.copy(blob, temporary);
            }
            Files.move(temporary, link, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static boolean holdsCheckpoint(Path snapshot) {
        return checkpoints().stream().map(snapshot::resolve).anyMatch(Files::exists);
    }

    private static Path temporary(Path folder) {
        return folder.resolve("." + UUID.randomUUID() + ".tmp");
    }

    private static Path expanded(String path, Path home) {
        return path.equals("~") || path.startsWith("~/")
                ? home.resolve(path.substring(1).replaceFirst("^/", ""))
                : Path.of(path);
    }
}
