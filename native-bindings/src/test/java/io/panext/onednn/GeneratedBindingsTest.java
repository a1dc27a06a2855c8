package io.panext.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

class GeneratedBindingsTest {

    /** What {@code generate.sh} ends with where jextract, or something that it needs, is not installed. */
    private static final int NOT_INSTALLED = 77;

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "generate.sh is a shell script")
    void theCommittedBindingsAreWhatJextractGives() throws Exception {
        Process check = new ProcessBuilder("src/main/jextract/generate.sh", "--check").redirectErrorStream(true)
                .start();
        String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int status = check.waitFor();
        assumeTrue(status != NOT_INSTALLED, output);
        assertEquals(0, status, output);
    }
}
