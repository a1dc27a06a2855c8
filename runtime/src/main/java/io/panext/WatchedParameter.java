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

    /** Nothing times what is not finite is not a number: sums of such products tell of all values without a branch. */
    private void watch(float[] values, int count) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            sum0 += 0 * values[i];
            sum1 += 0 * values[i + 1];
            sum2 += 0 * values[i + 2];
            sum3 += 0 * values[i + 3];
        }
        for (; i < count; i++) {
            sum0 += 0 * values[i];
        }
        if (Float.isNaN(sum0 + sum1 + sum2 + sum3)) {
            note(values, count);
        }
    }

    private void note(float[] values, int count) {
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(values[i])) {
                notes.putIfAbsent(name(), "tensor " + name() + " holds " + values[i]
                        + ": results will not be finite");
                return;
            }
        }
    }
}
