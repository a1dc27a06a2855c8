package io.panext.zoo;

import java.util.List;
import java.util.Objects;

/**
 * Name and shape of one learned tensor that an architecture calls for.
 *
 * @param name  canonical name, timm's state-dict key
 * @param shape dimensions, outermost first; all positive, and their product fits an {@code int}
 */
public record ParameterShape(String name, List<Integer> shape) {

    /** @throws IllegalArgumentException if a dimension is not positive or the tensor has 2^31 values or more */
    public ParameterShape {
        Objects.requireNonNull(name, "name");
        shape = List.copyOf(shape);
        long size = 1;
        for (int dimension : shape) {
            size *= dimension;
            if (dimension < 1 || size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(name + " " + shape + " does not fit an array");
            }
        }
    }

    static ParameterShape of(String name, Integer... shape) {
        return new ParameterShape(name, List.of(shape));
    }

    /** Number of values: the product of the shape. */
    public int size() {
        return shape.stream().reduce(1, Math::multiplyExact);
    }
}
