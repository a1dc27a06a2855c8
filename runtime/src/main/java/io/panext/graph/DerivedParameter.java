package io.panext.graph;

import io.panext.zoo.Parameter;
import java.util.List;
import java.util.function.Supplier;

/** A parameter that is computed from others when it is read. */
record DerivedParameter(String name, List<Integer> shape, Supplier<float[]> source) implements Parameter {

    /** Returns a parameter of the same name and shape as another, with new values. */
    static Parameter like(Parameter original, Supplier<float[]> source) {
        return new DerivedParameter(original.name(), original.shape(), source);
    }

    @Override
    public float[] values() {
        return source.get();
    }
}
