package io.panext.zoo.checkpoint;

import io.panext.zoo.PretrainedTag;
import io.panext.zoo.PretrainedTags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A checkpoint on disk, and what lies beside it.
 *
 * @param checkpoint the file to open
 */
record ModelFiles(Path checkpoint) {

    /** What publishers call a checkpoint, the formats that are quickest to open first. */
    static final List<String> CHECKPOINTS = List.of("model.safetensors", "model.safetensors.index.json",
            "pytorch_model.bin", "pytorch_model.bin.index.json");

    /**
     * Finds the files that a user means.
     *
     * @param path a checkpoint or its folder
     * @throws CheckpointException if it is a folder without a checkpoint
     */
    static ModelFiles at(Path path) throws CheckpointException {
        if (!Files.isDirectory(path)) {
            return new ModelFiles(path);
        }
        return new ModelFiles(CHECKPOINTS.stream().map(path::resolve).filter(Files::exists).findFirst()
                .orElseThrow(() -> new CheckpointException(path.toString(),
                        "is a folder without a checkpoint; it could be one of " + String.join(", ", CHECKPOINTS))));
    }

    /**
     * Reads the configuration: labels and preprocessing, as far as it has them.
     *
     * @throws CheckpointException if there is one that is not what it should be
     */
    Optional<ModelConfig> config() throws CheckpointException {
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

    /** The published weights of this name. */
    Optional<PretrainedTag> tag() {
        return PretrainedTags.recognise(checkpoint);
    }
}
