package io.panext.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.BackendChoice;
import io.panext.Precision;
import io.panext.jmh.peer.Workload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

class StepReportTest {

    @Test
    void parametersSayWhatIsRun() throws CommandLineOptionException {
        var options = new CommandLineOptions("-p", "batch=8", "-p", "threads=2", "-p", "backend=SIMD", "-p",
                "precision=BF16");
        assertEquals(new Workload("convnextv2_tiny", 8, 224, 2), StepReport.work(options));
        assertEquals(BackendChoice.SIMD, StepReport.backend(options));
        assertEquals(Precision.BF16, StepReport.precision(options));
    }

    @ParameterizedTest
    @ValueSource(strings = {"model=nosuch", "batch=0", "batch=1,2", "size=big", "threads=99999999999", "backend=GPU",
            "precision=FP16"})
    void whatIsNoValueIsNamed(String parameter) throws CommandLineOptionException {
        var options = new CommandLineOptions("-p", parameter);
        var e = assertThrows(CommandLineOptionException.class, () -> {
            StepReport.work(options);
            StepReport.backend(options);
            StepReport.precision(options);
        });
        String value = parameter.substring(parameter.indexOf('=') + 1).replace(",", ", ");
        assertTrue(e.getMessage().contains(value), e.getMessage());
    }
}
