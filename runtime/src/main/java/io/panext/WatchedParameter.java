package io.panext;

import io.panext.zoo.Parameter;
import java.util.List;

/** A parameter that notes, when it is read, that some of its values are not finite. */
record WatchedParameter(Parameter parameter, List<String> notes) implements Parameter {

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
        for (float value : values) {
            if (!Float.isFinite(value)) {
                note("tensor " + name() + " holds " + value + ": results will not be finite");
                break;
            }
        }
        return values;
    }

    private void note(String sentence) {
        if (!notes.contains(sentence)) {
            notes.add(sentence);
        }
    }
}
