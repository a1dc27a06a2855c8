package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.validate.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OutcomeFileTest {

    private static final String SETUP = "a model";
    private static final Outcome CAT = new Outcome("cat/å.png", 3, List.of(3, 5, 2, 0, 9), 0.25, Optional.empty());
    private static final Outcome DOG = new Outcome("dog/é.png", 5, List.of(3, 5, 2, 0, 9), 1.5, Optional.empty());

    @TempDir
    private Path folder;

    @Test
    void aFileThatEndsAnywhereInALineGoesOnAfterTheLineBefore() throws IOException, CommandException {
        Path file = folder.resolve("outcomes.csv");
        write(file, CAT);
        byte[] first = Files.readAllBytes(file);
        write(file, DOG);
        byte[] both = Files.readAllBytes(file);
        for (int end = first.length; end < both.length; end++) {
            Files.write(file, Arrays.copyOf(both, end));
            try (OutcomeFile outcomes = new OutcomeFile(file, SETUP)) {
                assertEquals(List.of(CAT), outcomes.found());
            }
            assertArrayEquals(first, Files.readAllBytes(file));
            write(file, DOG);
            assertArrayEquals(both, Files.readAllBytes(file));
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aRowThatCannotBeWrittenIsAFailure() throws IOException, CommandException {
        try (OutcomeFile full = new OutcomeFile(Path.of("/dev/full"), SETUP)) {
            var failure = assertThrows(UncheckedIOException.class, () -> full.add(CAT));
            assertTrue(failure.getCause().getMessage().startsWith("/dev/full: cannot be written: "),
                    failure::getMessage);
        }
    }

    private static void write(Path file, Outcome outcome) throws IOException, CommandException {
        try (OutcomeFile outcomes = new OutcomeFile(file, SETUP)) {
            outcomes.add(outcome);
        }
    }
}
