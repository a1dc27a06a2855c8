package io.panext.zoo.checkpoint;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds what belongs to a model: its checkpoint in a folder, its configuration beside that. */
final class ModelFiles {

    /** What publishers call a checkpoint, the formats that are quickest to open first. */
    private static final List<String> CHECKPOINTS = List.of("model.safetensors", "model.safetensors.index.json",
            "pytorch_model.bin", "pytorch_model.bin.index.json");

    /** A path that can be no model's name, though it is in no folder. */
    private static final Pattern CHECKPOINT_NAME = Pattern.compile(".*\\.(safetensors|pth|pt|bin|tar|ckpt|json)");

    private ModelFiles() {}

    static Path checkpointIn(Path folder) throws CheckpointException {
        return CHECKPOINTS.stream().map(folder::resolve).filter(Files::exists).findFirst()
                .orElseThrow(() -> new CheckpointException(folder.toString(),
                        "is a folder without a checkpoint; it could be one of " + String.join(", ", CHECKPOINTS)));
    }

    static Optional<ModelConfig> configBeside(Path checkpoint) throws CheckpointException {
        Path config = checkpoint.resolveSibling(ModelConfig.FILE_NAME);
        if (!Files.exists(config)) {
            return Optional.empty();
        }
        ModelConfig read = ModelConfig.read(config);
        Path preprocessor = checkpoint.resolveSibling(PreprocessorConfig.FILE_NAME);
        return Optional.of(read.preprocessing().isPresent() || !Files.exists(preprocessor)
                ? read
                : read.withPreprocessing(PreprocessorConfig.read(preprocessor)));
    }

    static Path path(String nameOrPath) throws CheckpointException {
        try {
            return Path.of(nameOrPath);
        } catch (InvalidPathException e) {
            throw new CheckpointException(nameOrPath, "is neither a model's name nor a path: " + e.getReason(), e);
        }
    }

    static boolean isName(Path path) {
        return path.getNameCount() == 1 && !path.isAbsolute() && !CHECKPOINT_NAME.matcher(path.toString()).matches();
    }
}
