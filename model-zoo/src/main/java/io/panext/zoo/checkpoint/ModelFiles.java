package io.panext.zoo.checkpoint;

import io.panext.zoo.Catalogue;
import io.panext.zoo.PretrainedTag;
import io.panext.zoo.PretrainedTags;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A checkpoint on disk, and what lies beside it.
 *
 * @param name       how the user named it
 * @param checkpoint the file to open
 * @param named      the published weights that it is named after
 */
record ModelFiles(String name, Path checkpoint, Optional<PretrainedTag> named) {

    /** What publishers call a checkpoint, the formats that are quickest to open first. */
    static final List<String> CHECKPOINTS = List.of("model.safetensors", "model.safetensors.index.json",
            "pytorch_model.bin", "pytorch_model.bin.index.json", "open_clip_model.safetensors",
            "open_clip_pytorch_model.bin");

    /** A path that can be no model's name, though it is in no folder. */
    private static final Pattern CHECKPOINT_NAME = Pattern.compile(".*\\.(safetensors|pth|pt|bin|tar|ckpt|json)");

    /**
     * Finds the files that a user means.
     *
     * @param nameOrPath a tag or {@code hf:owner/name} that is in the cache, or a path; a known name wins over a file
     *                   that happens to have it, which {@code ./name} reaches
     * @throws UnknownModelException if it is neither a known name nor a file
     * @throws CheckpointException   if the name has no weights here, or the folder no checkpoint
     */
    static ModelFiles of(String nameOrPath) throws IOException {
        if (nameOrPath.startsWith(HubCache.SCHEME)) {
            return cached(nameOrPath, PretrainedTags.findOnHub(nameOrPath.substring(HubCache.SCHEME.length())));
        }
        Optional<PretrainedTag> tag = PretrainedTags.find(nameOrPath);
        if (tag.isPresent()) {
            return cached(nameOrPath, tag);
        }
        Path path = path(nameOrPath);
        if (isName(path) && Catalogue.find(nameOrPath).isPresent()) {
            throw new CheckpointException(nameOrPath, "is an architecture without weights here; give a checkpoint file"
                    + Catalogue.get(nameOrPath).tags().stream().findFirst().map(any -> ", or weights by their name: "
                            + any.name()).orElse(""));
        }
        if (nameOrPath.isEmpty() || (isName(path) && !Files.exists(path))) {
            throw new UnknownModelException(nameOrPath);
        }
        return at(path);
    }

    /**
     * Finds the files at a path.
     *
     * @param path a checkpoint or its folder
     * @throws CheckpointException if it is a folder without a checkpoint
     */
    static ModelFiles at(Path path) throws CheckpointException {
        Path checkpoint = Files.isDirectory(path) ? checkpointIn(path) : path;
        return new ModelFiles(path.toString(), checkpoint, PretrainedTags.recognise(checkpoint));
    }

    /** Returns the folder of a published model, if it has been fetched. */
    static Optional<Path> fetched(String name) throws CheckpointException {
        Optional<String> repository = name.startsWith(HubCache.SCHEME)
                ? Optional.of(name.substring(HubCache.SCHEME.length()))
                : PretrainedTags.find(name).flatMap(PretrainedTag::hub);
        try {
            return repository.flatMap(HubCache.standard()::find);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(name, "cannot be on the hub: " + e.getMessage(), e);
        }
    }

    private static ModelFiles cached(String name, Optional<PretrainedTag> tag) throws CheckpointException {
        Path folder = fetched(name).orElseThrow(() -> new CheckpointException(name,
                tag.isPresent() && tag.get().hub().isEmpty()
                        ? "has no weights on the hub; give a checkpoint file"
                        : "is not in " + HubCache.standard().folder() + "; panext pull " + name + " fetches it"));
        return new ModelFiles(name, checkpointIn(folder), tag);
    }

    private static Path checkpointIn(Path folder) throws CheckpointException {
        return CHECKPOINTS.stream().map(folder::resolve).filter(Files::exists).findFirst()
                .orElseThrow(() -> new CheckpointException(folder.toString(),
                        "is a folder without a checkpoint; it could be one of " + String.join(", ", CHECKPOINTS)));
    }

    private static Path path(String nameOrPath) throws CheckpointException {
        try {
            return Path.of(nameOrPath);
        } catch (InvalidPathException e) {
            throw new CheckpointException(nameOrPath, "is neither a model's name nor a path: " + e.getReason(), e);
        }
    }

    private static boolean isName(Path path) {
        return path.getNameCount() == 1 && !path.isAbsolute() && !CHECKPOINT_NAME.matcher(path.toString()).matches();
    }

    /**
     * Finds out which published weights these are: by name, or else by the file's hash.
     *
     * @param keys the checkpoint's: torchvision alone says hashes, and reading a file to the end takes time
     * @throws CheckpointException if the file cannot be read
     */
    Optional<PretrainedTag> tag(Set<String> keys) throws CheckpointException {
        return named.isPresent() || !KeyLayout.TORCHVISION.matches(keys)
                ? named
                : PretrainedTags.recognise(sha256());
    }

    private String sha256() throws CheckpointException {
        try (InputStream in = Files.newInputStream(checkpoint)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw CheckpointException.refused(checkpoint.toString(), "cannot be read", e);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /**
     * Reads the configuration: labels and preprocessing, as far as it has them.
     *
     * @throws CheckpointException if there is one that is not what it should be
     */
    Optional<ModelConfig> config() throws CheckpointException {
        Path file = checkpoint.resolveSibling(ModelConfig.FILE_NAME);
        Optional<ModelConfig> config = Files.exists(file) ? Optional.of(ModelConfig.read(file)) : Optional.empty();
        Path preprocessor = checkpoint.resolveSibling(PreprocessorConfig.FILE_NAME);
        if (config.flatMap(ModelConfig::preprocessing).isPresent() || !Files.exists(preprocessor)) {
            return config;
        }
        return Optional.of(config.orElseGet(() -> ModelConfig.empty(preprocessor.toString()))
                .withPreprocessing(PreprocessorConfig.read(preprocessor)));
    }
}
