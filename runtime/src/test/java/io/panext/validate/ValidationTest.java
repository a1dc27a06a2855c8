package io.panext.validate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.panext.ConvNeXt;
import io.panext.Options;
import io.panext.graph.Outputs;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ValidationTest {

    @Test
    void aModelThatWasLoadedForOtherOutputsIsRefused() throws IOException {
        try (ConvNeXt model = ConvNeXt.load(ConvNeXt.EMBEDDED, Options.DEFAULT.withOutputs(Outputs.pooled()))) {
            assertEquals(ConvNeXt.EMBEDDED + " has no classifier, so there is nothing to validate",
                    assertThrows(IllegalArgumentException.class, () -> new Validation(model))
                            .getMessage());
        }
    }
}
