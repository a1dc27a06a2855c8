package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.panext.zoo.PretrainedTag;
import io.panext.zoo.PretrainedTags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFilesTest {

    private static final Set<String> TORCHVISIONS_KEYS = Set.of("features.0.0.weight");

    @TempDir
    private Path folder;

    @Test
    void torchvisionsFilesAreKnownByTheirHashWhateverTheirName() throws IOException {
        // found by trying: its SHA-256 begins with ea097f82, as that of torchvision's large model
        Path file = Files.writeString(folder.resolve("model.pth"), "116tfrh");
        assertEquals(PretrainedTags.find("convnext_large.tv_in1k"), ModelFiles.at(file).tag(TORCHVISIONS_KEYS));
        assertEquals(Optional.empty(), ModelFiles.at(file).tag(Set.of("stem.0.weight")));
        Files.writeString(file, "116tfri");
        assertEquals(Optional.empty(), ModelFiles.at(file).tag(TORCHVISIONS_KEYS));
    }

    @Test
    void aKnownNameComesBeforeTheHash() throws IOException {
        Path file = Files.writeString(folder.resolve("convnext_tiny-983f1562.pth"), "116tfrh");
        assertEquals(Optional.of("convnext_tiny.tv_in1k"),
                ModelFiles.at(file).tag(TORCHVISIONS_KEYS).map(PretrainedTag::name));
    }
}
