package io.panext;

import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.DecoderSpec;
import io.panext.zoo.Head;
import io.panext.zoo.ParameterShape;
import io.panext.zoo.checkpoint.DType;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import io.panext.zoo.checkpoint.TensorInfo;
import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;

/** Masked autoencoders whose weights follow from the names that facebookresearch gives them. */
final class MaskedModels {

    private MaskedModels() {}

    /** Returns a model as a training checkpoint holds it, with dense kernels. */
    static PretrainedModel synthetic(ConvNeXtSpec spec, DecoderSpec decoder) throws IOException {
        var tensors = Stream.concat(spec.parameters().stream().map(p -> tensor("encoder." + encoder(p.name()), p)),
                decoder.parameters().stream().map(p -> tensor(decoder(p.name()), p))).toList();
        return PretrainedModel.of("synthetic", SyntheticCheckpoint.of(tensors), Optional.empty());
    }

    /** Returns the architecture of an encoder: without a norm of the pooled features. */
    static ConvNeXtSpec encoder(ConvNeXtSpec spec) {
        return spec.with(new Head.Pooling());
    }

    private static TensorInfo tensor(String name, ParameterShape parameter) {
        return new TensorInfo(name, DType.F32, parameter.shape());
    }

    private static String encoder(String canonical) {
        return block(canonical.replaceFirst("^stem\\.", "downsample_layers.0.")
                .replaceFirst("^stages\\.(\\d+)\\.downsample\\.", "downsample_layers.$1."));
    }

    private static String decoder(String canonical) {
        return block(canonical.replaceFirst("^decoder\\.(proj|pred|mask_token)", "$1"));
    }

    private static String block(String name) {
        return name.replace(".blocks.", ".").replace(".conv_dw.", ".dwconv.").replace(".mlp.fc", ".pwconv")
                .replaceFirst("\\.mlp\\.grn\\.weight$", ".grn.gamma").replaceFirst("\\.mlp\\.grn\\.bias$", ".grn.beta");
    }
}
