package io.panext.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the share of an edge that a crop keeps. */
final class CropPct implements ITypeConverter<Double> {

    @Override
    public Double convert(String text) {
        try {
            double share = Double.parseDouble(text);
            if (share > 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new TypeConversionException("'" + text + "' is not a number above 0, up to 1");
    }
}
