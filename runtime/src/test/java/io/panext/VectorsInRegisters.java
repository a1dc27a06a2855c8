package io.panext;

import io.panext.kernels.Lanes;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * Runs tests where the machine has vectors of the width in use. Where it lacks them every vector is a heap object: results
 * are the same, forty times slower, which the tests of kernels and of small models prove for every width.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(value = "io.panext.VectorsInRegisters$Machine#hasTheWidthInUse",
        disabledReason = "this machine has no vectors as wide as " + Lanes.PROPERTY + " asks for")
@interface VectorsInRegisters {

    /** The machine that runs the tests. */
    final class Machine {

        private Machine() {}

        static boolean hasTheWidthInUse() {
            return Lanes.bits() <= FloatVector.SPECIES_PREFERRED.vectorBitSize();
        }
    }
}
