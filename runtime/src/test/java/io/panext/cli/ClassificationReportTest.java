package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.panext.Prediction;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClassificationReportTest {

    @Test
    void classesWithoutANameAreRankedToo() {
        StringWriter out = new StringWriter();
        new ClassificationReport.Ranking(new PrintWriter(out)).add("file", List.of(new Prediction(3, "", 0.5f, 1)));
        assertEquals("    50.0 %", out.toString().stripTrailing());
    }
}
