package io.panext.cli;

import io.panext.Mask;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How much of an image is masked, and which patches. */
final class MaskOptions {

    @Option(names = "--mask-ratio", paramLabel = "R", converter = Ratio.class,
            description = "Share of the patches that is masked, in [0, 1); default: " + Mask.DEFAULT_RATIO + ".")
    private Optional<Double> ratio;

    @Option(names = "--seed", paramLabel = "S",
            description = "Which patches: the same for the same seed; default: 0.")
    private Optional<Long> seed;

    /** Whether any of this was asked for. */
    boolean areGiven() {
        return ratio.isPresent() || seed.isPresent();
    }

    /** Masks one image. */
    List<Mask> masks(int gridHeight, int gridWidth) {
        return Mask.random(1, gridHeight, gridWidth, ratio.orElse(Mask.DEFAULT_RATIO), seed.orElse(0L));
    }

    /** A share that leaves something to be seen. */
    static final class Ratio implements ITypeConverter<Double> {

        @Override
        public Double convert(String text) {
            try {
                double ratio = Double.parseDouble(text);
                if (ratio >= 0 && ratio < 1) {
                    return ratio;
                }
            } catch (NumberFormatException e) {
                // reported below
            }
            throw new TypeConversionException("'" + text + "' is not a number from 0 to below 1");
        }
    }
}
