package io.panext.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.Labels;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClassFoldersTest {

    private static final Optional<Labels> FISH = Optional.of(new Labels(List.of("tench, Tinca tinca", "crane",
            "great white shark, white shark", "crane"), List.of("n01440764", "n02012849", "n01484850", "n03126707")));

    @Test
    void aNameIsALabelOrOneOfItsSynonyms() {
        assertEquals(new ClassFolders(Map.of("Tinca_tinca", 0, "white shark", 2), "name"),
                ClassFolders.of(List.of("Tinca_tinca", "white shark"), 4, FISH));
    }

    @Test
    void wordNetIdsTellWhatASharedNameDoesNot() {
        assertEquals(new ClassFolders(Map.of("n03126707", 3, "n01484850", 2), "WordNet id"),
                ClassFolders.of(List.of("n03126707", "n01484850"), 4, FISH));
        assertTrue(refused(List.of("crane", "tench")).contains("crane match no label"));
        assertTrue(refused(List.of("n02012849", "tench")).contains("names and ids are mixed"));
    }

    @Test
    void asManyFoldersAsClassesAreTakenInOrder() {
        assertEquals(new ClassFolders(Map.of("10", 0, "9", 1), "sorted order"),
                ClassFolders.of(List.of("9", "10"), 2, Optional.empty()));
    }

    @Test
    void aClassMapDecides() {
        assertEquals(new ClassFolders(Map.of("tench", 2), "class map"),
                ClassFolders.of(List.of("tench"), 4, List.of("a", "b", "tench")));
        assertThrows(IllegalArgumentException.class, () -> ClassFolders.of(List.of("pike"), 4, List.of("tench")));
        assertThrows(IllegalArgumentException.class, () -> ClassFolders.of(List.of("a"), 1, List.of("a", "b")));
    }

    private static String refused(List<String> folders) {
        return assertThrows(IllegalArgumentException.class, () -> ClassFolders.of(folders, 4, FISH)).getMessage();
    }
}
