package io.panext.jmh.peer;

import io.panext.graph.Folding;
import io.panext.graph.Graph;
import io.panext.graph.GraphBuilder;
import io.panext.graph.Outputs;
import io.panext.graph.Shape;
import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;

/**
 * What is run: weights and images follow from it, the same for everybody.
 *
 * @param model   an architecture of the catalogue
 * @param batch   images of a run
 * @param size    edge of an image, in pixels
 * @param threads that compute
 */
public record Workload(String model, int batch, int size, int threads) {

    /** The architecture. */
    public ConvNeXtSpec spec() {
        return Catalogue.get(model).spec();
    }

    /** The weights of every parameter; the caller closes them. */
    public ModelWeights weights() throws CheckpointException {
        return ModelWeights.of(SyntheticCheckpoint.of(spec()));
    }

    /** The images, normalised: row-major {@code [batch, 3, size, size]}. */
    public float[] images() {
        return SyntheticCheckpoint.images(batch, size, size);
    }

    /** The shape of the images. */
    public Shape shape() {
        return new Shape(batch, size, size, ConvNeXtSpec.IMAGE_CHANNELS);
    }

    /** The ops from images to logits, constants folded into the weights; each op is one that any runtime knows. */
    Graph graph(ModelWeights weights) {
        return Folding.ALL.fold(GraphBuilder.build(spec(), weights::parameter, Outputs.ALL));
    }

    /** Multiply-accumulates of a run, twice: the usual count of floating-point operations. */
    public double flop() {
        return 2.0 * batch * spec().macs(size, size);
    }
}
