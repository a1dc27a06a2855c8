package io.panext.cli;

import io.panext.image.ImageDecoder;
import io.panext.image.Orientation;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How image files become pixels. */
final class DecoderOptions {

    @Option(names = "--no-orientation", description = "Ignore the orientation that a camera noted in the file (EXIF).")
    private boolean ignoreOrientation;

    @Option(names = "--max-pixels", paramLabel = "N", converter = Converter.class, defaultValue = ""
            + ImageDecoder.DEFAULT_MAX_PIXELS, description = "Refuse images of more pixels; default: ${DEFAULT-VALUE}.")
    private long maxPixels;

    /** Returns the decoder that was asked for. */
    ImageDecoder decoder() {
        return new ImageDecoder(ignoreOrientation ? Orientation.IGNORE : Orientation.RESPECT, maxPixels);
    }

    private static final class Converter implements ITypeConverter<Long> {

        @Override
        public Long convert(String text) {
            try {
                return ImageDecoder.DEFAULT.withMaxPixels(Long.parseLong(text)).maxPixels();
            } catch (NumberFormatException e) {
                throw new TypeConversionException("'" + text + "' is not a whole number");
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage() + " is not possible");
            }
        }
    }
}
