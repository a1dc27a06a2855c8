package io.panext.zoo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Writes an architecture as the list of its layers, in state-dict order. */
final class Layers {

    private final ConvNeXtSpec spec;
    private final List<Layer> layers = new ArrayList<>();

    private Layers(ConvNeXtSpec spec) {
        this.spec = spec;
    }

    static List<Layer> of(ConvNeXtSpec spec) {
        return new Layers(spec).layers();
    }

    private List<Layer> layers() {
        IntUnaryOperator edge = addStem();
        for (int stage = 0; stage < spec.stages(); stage++) {
            edge = stage == 0 ? edge : addDownsample(stage, edge);
            for (int block = 0; block < spec.depths().get(stage); block++) {
                addBlock("stages." + stage + ".blocks." + block + ".", stage, edge);
            }
        }
        addHead(edge);
        return layers;
    }

    private IntUnaryOperator addStem() {
        int channels = spec.dims().getFirst();
        return switch (spec.stem()) {
            case Stem.Patch(int size) -> {
                IntUnaryOperator edge = addPatches(size);
                addNorm("stem.1", spec.norm(), channels, edge);
                yield edge;
            }
            case Stem.BarePatch(int size) -> addPatches(size);
            case Stem.Overlap(int between) -> addOverlap(between, 1);
            case Stem.ActivatedOverlap(int between) -> addOverlap(between, 2);
        };
    }

    private IntUnaryOperator addPatches(int size) {
        IntUnaryOperator edge = image -> image / size;
        layers.add(new Layer.Convolution("stem.0", spec.dims().getFirst(), ConvNeXtSpec.IMAGE_CHANNELS, size, edge));
        return edge;
    }

    private IntUnaryOperator addOverlap(int between, int second) {
        IntUnaryOperator halved = image -> Math.ceilDiv(image, Stem.OVERLAP_STRIDE);
        IntUnaryOperator edge = halved.andThen(halved);
        int channels = spec.dims().getFirst();
        layers.add(new Layer.Convolution("stem.0", between, ConvNeXtSpec.IMAGE_CHANNELS, Stem.OVERLAP_KERNEL, halved));
        layers.add(new Layer.Convolution("stem." + second, channels, between, Stem.OVERLAP_KERNEL, edge));
        addNorm("stem." + (second + 1), spec.norm(), channels, edge);
        return edge;
    }

    private IntUnaryOperator addDownsample(int stage, IntUnaryOperator before) {
        String name = "stages." + stage + ".downsample.";
        int in = spec.dims().get(stage - 1);
        IntUnaryOperator edge = before.andThen(pixels -> pixels / ConvNeXtSpec.DOWNSAMPLE_STRIDE);
        addNorm(name + 0, spec.norm(), in, before);
        layers.add(new Layer.Convolution(name + 1, spec.dims().get(stage), in, ConvNeXtSpec.DOWNSAMPLE_STRIDE, edge));
        return edge;
    }

    private void addBlock(String name, int stage, IntUnaryOperator edge) {
        int channels = spec.dims().get(stage);
        int hidden = ConvNeXtSpec.EXPANSION * channels;
        if (spec.layerScale()) {
            layers.add(new Layer.LayerScale(name + "gamma", channels, edge));
        }
        layers.add(new Layer.Convolution(name + "conv_dw", channels, 1, spec.kernels().get(stage), edge));
        addNorm(name + "norm", spec.norm(), channels, edge);
        layers.add(new Layer.Linear(name + "mlp.fc1", hidden, channels, edge));
        if (spec.generation() == Generation.V2) {
            layers.add(new Layer.ResponseNorm(name + "mlp.grn", hidden, edge));
        }
        layers.add(new Layer.Linear(name + "mlp.fc2", channels, hidden, edge));
    }

    private void addHead(IntUnaryOperator edge) {
        int channels = spec.dims().getLast();
        switch (spec.head()) {
            case Head.Pooling() -> {
            }
            case Head.PoolFirst(Norm norm, int _) -> addNorm("head.norm", norm, channels, Layers::pooled);
            case Head.NormFirst(Norm norm, int _) -> addNorm("norm_pre", norm, channels, edge);
            case Head.Mlp(Norm norm, int hidden, int _) -> {
                addNorm("head.norm", norm, channels, Layers::pooled);
                layers.add(new Layer.Linear("head.pre_logits.fc", hidden, channels, Layers::pooled));
            }
        }
        if (spec.classes() > 0) {
            layers.add(new Layer.Linear("head.fc", spec.classes(), spec.features(), Layers::pooled));
        }
    }

    private void addNorm(String name, Norm norm, int channels, IntUnaryOperator edge) {
        layers.add(new Layer.ChannelNorm(name, norm.kind(), channels, edge));
    }

    /** The edge of what follows the global average pooling: one pixel whatever the image. */
    private static int pooled(int image) {
        return 1;
    }
}
