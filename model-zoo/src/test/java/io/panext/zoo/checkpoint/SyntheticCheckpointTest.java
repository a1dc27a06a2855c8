package io.panext.zoo.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.Architecture;
import io.panext.zoo.Catalogue;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SyntheticCheckpointTest {

    // Computed from the rule with Python's integers.
    private static final float[] IMAGE_START = {-1.6087267f, 0.6094415f, -1.185503f,
            -0.90222144f};

    @ParameterizedTest
    @CsvSource({"timm_v1.safetensors", "timm_v2_convmlp.safetensors"})
    void holdsTheValuesThatPyTorchSaved(String file) throws IOException {
        try (ModelWeights saved = Fixtures.open(file);
                ModelWeights synthetic = ModelWeights.of(Fixtures.facebookResearch(saved.spec()))) {
            synthetic.parameters().forEach(parameter -> assertArrayEquals(saved.parameter(parameter.name()).values(),
                    parameter.values(), parameter.name()));
        }
    }

    static List<Architecture> architectures() {
        return Catalogue.architectures();
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void makesEveryPublishedArchitecture(Architecture architecture) throws IOException {
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(architecture.spec()))) {
            assertEquals(architecture.spec(), weights.spec());
            assertEquals(KeyLayout.TIMM, weights.layout());
        }
    }

    @Test
    void makesImagesByTheSameRule() {
        float[] images = SyntheticCheckpoint.images(2, 8, 16);
        assertEquals(2 * 3 * 8 * 16, images.length);
        assertArrayEquals(IMAGE_START, Arrays.copyOf(images, IMAGE_START.length));
        for (float value : images) {
            assertTrue(value >= -2 && value < 2);
        }
    }

    @Test
    void drawsAMaskToken() {
        Checkpoint checkpoint = SyntheticCheckpoint.of(List.of(new TensorInfo("mask_token", DType.F32,
                List.of(1, 512, 1, 1))));
        for (float value : checkpoint.floats("mask_token")) {
            assertTrue(Math.abs(value) <= 0.5f);
        }
    }

    @Test
    void handsOutTheSameValuesAsBytes() {
        Checkpoint checkpoint = SyntheticCheckpoint.of(Fixtures.V1);
        MemorySegment bytes = checkpoint.bytes("head.fc.weight");
        assertTrue(bytes.isReadOnly() && bytes.isNative());
        assertArrayEquals(checkpoint.floats("head.fc.weight"), bytes.toArray(DType.FLOAT));
    }

    @Test
    void isFp32Only() {
        assertThrows(IllegalArgumentException.class,
                () -> SyntheticCheckpoint.of(List.of(new TensorInfo("x", DType.F16, List.of(1)))));
    }
}
