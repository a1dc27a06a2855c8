package io.panext.graph;

import io.panext.zoo.Parameter;
import java.util.List;

/** A parameter that is computed from others when it is read. */
record DerivedParameter(String name, List<Integer> shape, Source source) implements Parameter {

    /** Computes some of the values, as {@link Parameter#read} gives them. */
    @FunctionalInterface
    interface Source {
        void read(int from, float[] dst, int count);
    }

    /** Returns a parameter of the same name and shape as another, with new values. */
    static Parameter like(Parameter original, Source source) {
        return new DerivedParameter(original.name(), original.shape(), source);
    }

    @Override
    public float[] values() {
        float[] values = new float[size()];
        source.read(0, values, values.length);
        return values;
    }

    @Override
    public void read(int from, float[] dst, int count) {
        source.read(from, dst, count);
    }
}
