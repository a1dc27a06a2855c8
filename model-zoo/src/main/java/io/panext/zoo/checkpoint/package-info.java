/**
 * Checkpoint files: containers of tensors, the key layouts in which ConvNeXts are published, and models opened from them.
 *
 * <p>The way up: a {@link io.panext.zoo.checkpoint.Checkpoint} holds named tensors; a
 * {@link io.panext.zoo.checkpoint.KeyLayout} translates their names; {@link io.panext.zoo.checkpoint.ModelWeights} are
 * the tensors checked against the architecture that they suggest; a
 * {@link io.panext.zoo.checkpoint.PretrainedModel} adds labels and preprocessing.
 */
package io.panext.zoo.checkpoint;
