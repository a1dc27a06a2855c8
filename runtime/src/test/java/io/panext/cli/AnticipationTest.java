package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.zoo.checkpoint.CheckpointException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnticipationTest {

    private static final Options A_FEW = Options.DEFAULT.withExpectedRuns(3);

    @Test
    void theEmbeddedModelIsWhatAPhotographNeeds() throws IOException {
        try (var anticipation = new Anticipation("classify", "cat.jpg");
                Network network = anticipation.take(ConvNeXt.EMBEDDED, A_FEW).orElseThrow()) {
            assertEquals(ConvNeXt.EMBEDDED, network.model().name());
            assertFalse(network.session().run(network.session().input()).logits().length == 0);
            assertEquals(Optional.empty(), anticipation.take(ConvNeXt.EMBEDDED, A_FEW));
        }
    }

    @Test
    void classifyWantsWhatIsAnticipated() throws IOException {
        String[] args = {"classify", Invocation.CAT.toString()};
        try (Panext panext = new Panext()) {
            panext.anticipate(args);
            var out = new StringWriter();
            assertEquals(0, panext.commandLine(args).setOut(new PrintWriter(out, true)).execute(args));
            assertTrue(out.toString().startsWith("cat "), out.toString());
            assertEquals(Optional.empty(), panext.anticipation().orElseThrow().take(ConvNeXt.EMBEDDED, A_FEW));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--size=96", "--crop-pct=0.9", "--interpolation=BILINEAR", "--crop-mode=SQUASH",
            "--arch=convnextv2_atto"})
    void whatIsToldInOptionsIsNotAnticipated(String option) throws IOException {
        String[] args = {"classify", option, Invocation.CAT.toString()};
        try (Panext panext = new Panext()) {
            panext.anticipate(args);
            var out = new StringWriter();
            assertEquals(0, panext.commandLine(args).setOut(new PrintWriter(out, true)).execute(args));
            assertFalse(out.toString().isEmpty());
            try (Network unwanted = panext.anticipation().orElseThrow().take(ConvNeXt.EMBEDDED, A_FEW).orElseThrow()) {
                assertEquals(64, unwanted.model().preprocessing().height());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-m missing.safetensors", "--model missing.safetensors", "--model=missing.safetensors",
            "-mmissing.safetensors"})
    void whatCannotBeLoadedIsToldToWhoWantsIt(String option) {
        try (var anticipation = new Anticipation(("classify " + option + " cat.jpg").split(" ", -1))) {
            var e = assertThrows(CheckpointException.class, () -> anticipation.take("missing.safetensors", A_FEW));
            assertEquals("missing.safetensors: cannot be read: no such file", e.getMessage());
        }
    }

    @Test
    void nobodyGetsWhatTheyDoNotWant() throws IOException {
        try (var anticipation = new Anticipation("classify", "-t", "3", "cat.jpg")) {
            assertEquals(Optional.empty(), anticipation.take("another.safetensors", A_FEW));
            assertEquals(Optional.empty(),
                    anticipation.take(ConvNeXt.EMBEDDED, A_FEW.withThreads(A_FEW.threads() + 1)));
            assertEquals(Optional.empty(), anticipation.take(ConvNeXt.EMBEDDED, Options.DEFAULT));
        }
    }
}
