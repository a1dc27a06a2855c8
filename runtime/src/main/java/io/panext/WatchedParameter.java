package io.panext;

import io.panext.zoo.Parameter;
import java.util.List;
import java.util.Map;

/**
 * A parameter that notes, when it is read, that some of its values are not finite.
 *
 * @param notes gets a sentence by the parameter's name; open to several threads
 */
record WatchedParameter(Parameter parameter, Map<String, String> notes) implements Parameter {

    @Override
    public String name() {
        return parameter.name();
    }

    @Override
    public List<Integer> shape() {
        return parameter.shape();
    }

    @Override
    public float[] values() {
        float[] values = parameter.values();
        watch(values, values.length);
        return values;
    }

    @Override
    public void read(int from, float[] dst, int count) {
        parameter.read(from, dst, count);
        watch(dst, count);
    }

    /** A maximum is NaN as soon as one value is: it tells of all without a branch. */
    private void watch(float[] values, int count) {
        float largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        if (Float.isFinite(largest)) {
            return;
        }
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(values[i])) {
                notes.putIfAbsent(name(), "tensor " + name() + " holds " + values[i]
                        + ": results will not be finite");
                return;
            }
        }
    }
}
