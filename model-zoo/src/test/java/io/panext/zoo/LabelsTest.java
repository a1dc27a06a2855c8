package io.panext.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class LabelsTest {

    @Test
    void idsAreOneForEachNameOrNone() {
        assertEquals(List.of(), new Labels(List.of("tench", "goldfish")).ids());
        assertThrows(IllegalArgumentException.class, () -> new Labels(List.of("tench", "goldfish"), List.of("n1")));
    }
}
