package io.panext.zoo;

import java.util.List;

/** What {@link Catalogue} lists. Read by every start of a process, and so no file that would have to be parsed. */
final class PublishedArchitectures {

    static final List<Architecture> ALL = List.of(
            named("test_convnext", v1(List.of(1, 2, 4, 2), List.of(24, 32, 48, 64)).with(layerNorm(1e-5))
                    .with(Activation.GELU_TANH)),
            named("test_convnext3", v1(List.of(1, 1, 1, 1), List.of(32, 64, 96, 128)).withKernels(List.of(7, 5, 5, 3))
                    .with(layerNorm(1e-5)).with(Activation.SILU)),
            named("test_convnext2", v1(List.of(1, 1, 1, 1), List.of(32, 64, 96, 128)).with(layerNorm(1e-5))
                    .with(Activation.GELU_TANH)),
            named("convnext_zepto_rms", v1(List.of(2, 2, 4, 2), List.of(32, 64, 128, 256))
                    .with(new Norm(Norm.Kind.SIMPLE_NORM, 1e-6))),
            named("convnext_zepto_rms_ols", v1(List.of(2, 2, 4, 2), List.of(32, 64, 128, 256))
                    .with(new Norm(Norm.Kind.SIMPLE_NORM, 1e-6)).with(new Stem.ActivatedOverlap(32))),
            named("convnext_atto_rms", v1(List.of(2, 2, 6, 2), List.of(40, 80, 160, 320))
                    .with(new Norm(Norm.Kind.RMS_NORM, 1e-6))),
            named("convnext_atto", v1(List.of(2, 2, 6, 2), List.of(40, 80, 160, 320))),
            named("convnext_atto_ols", v1(List.of(2, 2, 6, 2), List.of(40, 80, 160, 320)).with(new Stem.Overlap(24))),
            named("convnext_femto", v1(List.of(2, 2, 6, 2), List.of(48, 96, 192, 384))),
            named("convnext_femto_ols", v1(List.of(2, 2, 6, 2), List.of(48, 96, 192, 384)).with(new Stem.Overlap(24))),
            named("convnext_pico", v1(List.of(2, 2, 6, 2), List.of(64, 128, 256, 512))),
            named("convnext_pico_ols", v1(List.of(2, 2, 6, 2), List.of(64, 128, 256, 512)).with(new Stem.Overlap(32))),
            named("convnext_nano", v1(List.of(2, 2, 8, 2), List.of(80, 160, 320, 640))),
            named("convnext_nano_ols", v1(List.of(2, 2, 8, 2), List.of(80, 160, 320, 640)).with(new Stem.Overlap(80))),
            named("convnext_isotropic_small", isotropic(18, 384)),
            named("convnext_tiny", v1(List.of(3, 3, 9, 3), List.of(96, 192, 384, 768))),
            named("convnext_tiny_hnf", v1(List.of(3, 3, 9, 3), List.of(96, 192, 384, 768))
                    .with(new Head.NormFirst(Norm.DEFAULT, Catalogue.CLASSES))),
            named("convnext_small", v1(List.of(3, 3, 27, 3), List.of(96, 192, 384, 768))),
            named("convnext_isotropic_base", isotropic(18, 768)),
            named("convnext_base", v1(List.of(3, 3, 27, 3), List.of(128, 256, 512, 1024))),
            named("convnext_large", v1(List.of(3, 3, 27, 3), List.of(192, 384, 768, 1536))),
            named("convnext_large_mlp", v1(List.of(3, 3, 27, 3), List.of(192, 384, 768, 1536))
                    .with(new Head.Mlp(Norm.DEFAULT, 1536, Catalogue.CLASSES))),
            named("convnext_isotropic_large", isotropic(36, 1024)),
            named("convnext_xlarge", v1(List.of(3, 3, 27, 3), List.of(256, 512, 1024, 2048))),
            named("convnext_xxlarge", v1(List.of(3, 4, 30, 3), List.of(384, 768, 1536, 3072)).with(layerNorm(1e-5))),
            named("convnextv2_atto", v2(List.of(2, 2, 6, 2), List.of(40, 80, 160, 320))),
            named("convnextv2_femto", v2(List.of(2, 2, 6, 2), List.of(48, 96, 192, 384))),
            named("convnextv2_pico", v2(List.of(2, 2, 6, 2), List.of(64, 128, 256, 512))),
            named("convnextv2_nano", v2(List.of(2, 2, 8, 2), List.of(80, 160, 320, 640))),
            named("convnextv2_tiny", v2(List.of(3, 3, 9, 3), List.of(96, 192, 384, 768))),
            named("convnextv2_small", v2(List.of(3, 3, 27, 3), List.of(96, 192, 384, 768))),
            named("convnextv2_base", v2(List.of(3, 3, 27, 3), List.of(128, 256, 512, 1024))),
            named("convnextv2_large", v2(List.of(3, 3, 27, 3), List.of(192, 384, 768, 1536))),
            named("convnextv2_huge", v2(List.of(3, 3, 27, 3), List.of(352, 704, 1408, 2816))));

    private PublishedArchitectures() {}

    private static Architecture named(String name, ConvNeXtSpec spec) {
        return new Architecture(name, spec);
    }

    private static ConvNeXtSpec v1(List<Integer> depths, List<Integer> dims) {
        return ConvNeXtSpec.v1(depths, dims, Catalogue.CLASSES);
    }

    private static ConvNeXtSpec v2(List<Integer> depths, List<Integer> dims) {
        return ConvNeXtSpec.v2(depths, dims, Catalogue.CLASSES);
    }

    /** One stage without layer scale, on patches of 16×16 pixels. */
    private static ConvNeXtSpec isotropic(int depth, int channels) {
        return new ConvNeXtSpec(Generation.V1, new Stem.BarePatch(16), List.of(depth), List.of(channels),
                List.of(ConvNeXtSpec.DEPTHWISE_KERNEL), false, Norm.DEFAULT, Activation.GELU,
                new Head.PoolFirst(Norm.DEFAULT, Catalogue.CLASSES));
    }

    private static Norm layerNorm(double eps) {
        return new Norm(Norm.Kind.LAYER_NORM, eps);
    }
}
