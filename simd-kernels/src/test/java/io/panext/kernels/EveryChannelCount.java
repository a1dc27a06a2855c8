package io.panext.kernels;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A test over numbers of channels around the multiples of every vector width, and those of published models. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0} channels")
@ValueSource(ints = {1, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 31, 33, 40, 48, 64, 80, 96, 97, 160, 352, 1000})
@interface EveryChannelCount {
}
