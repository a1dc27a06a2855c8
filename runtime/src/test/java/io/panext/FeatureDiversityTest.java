package io.panext;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.image.ImageDecoder;
import io.panext.image.RgbImage;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import io.panext.zoo.checkpoint.TensorInfo;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;

class FeatureDiversityTest {

    private static final ConvNeXtSpec SPEC = ConvNeXtSpec.v1(List.of(1), List.of(4), 0);
    private static final int HIDDEN = 16;

    /** Hidden channels that show what their weights and biases are made to: see the tests. */
    private record Made(Checkpoint base, float weight, float bias) implements Checkpoint {

        @Override
        public String name() {
            return "made";
        }

        @Override
        public SequencedMap<String, TensorInfo> tensors() {
            return base.tensors();
        }

        @Override
        public MemorySegment bytes(String tensor) {
            return base.bytes(tensor);
        }

        /** The first half of the channels is as it is; the second has one weight and one bias. */
        @Override
        public float[] floats(String tensor) {
            float[] values = base.floats(tensor);
            if (tensor.endsWith("mlp.fc1.weight")) {
                Arrays.fill(values, values.length / 2, values.length, weight);
            }
            if (tensor.endsWith("mlp.fc1.bias")) {
                Arrays.fill(values, values.length / 2, values.length, bias);
            }
            return values;
        }

        @Override
        public void read(String tensor, long from, float[] dst, int count) {
            System.arraycopy(floats(tensor), Math.toIntExact(from), dst, 0, count);
        }

        @Override
        public void close() {}
    }

    private static FeatureDiversity analysed(float weight, float bias) throws IOException {
        RgbImage image = ImageDecoder.DEFAULT.decode(Path.of("../model-zoo/samples/chelsea.png"));
        try (PretrainedModel model = PretrainedModel.of("made", new Made(SyntheticCheckpoint.of(SPEC), weight, bias),
                Optional.empty());
                FeatureAnalysis analysis = FeatureAnalysis.load(model, Options.DEFAULT)) {
            analysis.add(image);
            analysis.add(image);
            assertEquals(2, analysis.images());
            FeatureDiversity layer = analysis.layers().getFirst();
            assertEquals("stages.0.blocks.0", layer.layer());
            assertEquals(HIDDEN, layer.channels());
            return layer;
        }
    }

    @Test
    void channelsThatAreNeverReachedAreDead() throws IOException {
        FeatureDiversity layer = analysed(0, -100);
        assertEquals(0.5, layer.dead());
        assertEquals(0, layer.saturated());
    }

    @Test
    void channelsThatNeverVaryAreSaturated() throws IOException {
        FeatureDiversity layer = analysed(0, 3);
        assertEquals(0, layer.dead());
        assertEquals(0.5, layer.saturated());
    }

    @Test
    void channelsThatShowTheSameAreNotFarApart() throws IOException {
        double same = analysed(0, 3).cosineDistance();
        double none = analysed(0, -100).cosineDistance();
        // half of the channels equal: a quarter of all pairs has distance 0; half dead: their pairs have distance 0.5
        assertTrue(same <= 0.5 * 0.75 && none >= 0.5 * 0.75, same + " and " + none);
    }

    @Test
    void noImagesAreRefused() throws IOException {
        try (PretrainedModel model = PretrainedModel.embedded();
                FeatureAnalysis analysis = FeatureAnalysis.load(model, Options.DEFAULT)) {
            assertThrows(IllegalStateException.class, analysis::layers);
        }
    }
}
