package io.panext.zoo.checkpoint;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * A Python dict, as far as it can lead to tensors: what other keys than strings lead to is left out.
 *
 * @param items in the order in which they were put in
 */
record PythonDict(SequencedMap<String, Object> items) {

    PythonDict() {
        this(new LinkedHashMap<>());
    }
}
