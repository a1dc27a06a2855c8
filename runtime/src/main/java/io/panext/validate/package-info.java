/**
 * How often a model is right: labelled photographs in folders, one for each class, and what becomes of them.
 *
 * <p>{@link io.panext.validate.ClassFolders} finds the class that a folder stands for, {@link io.panext.validate.Validation}
 * runs the model, an {@link io.panext.validate.Outcome} is what came of a photograph, a {@link io.panext.validate.Score}
 * sums them up.
 */
package io.panext.validate;
