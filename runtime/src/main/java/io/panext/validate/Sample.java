package io.panext.validate;

import java.nio.file.Path;

/**
 * A labelled photograph.
 *
 * @param file  where it is
 * @param name  its path inside the data set, the same wherever that is
 * @param label index of its class among the model's outputs
 */
public record Sample(Path file, String name, int label) {}
