package io.panext.simd;

import io.panext.graph.Op;
import io.panext.kernels.Affine;
import io.panext.kernels.LayerNorm;
import io.panext.kernels.RmsNorm;
import io.panext.kernels.RowNorm;
import io.panext.kernels.SimpleNorm;
import io.panext.zoo.Parameter;
import java.lang.foreign.SegmentAllocator;
import java.util.Locale;
import java.util.Optional;

/** A norm that another op may have absorbed, with its weights packed. */
record Norms(Optional<Op.ChannelNorm> op, Optional<Affine> affine) {

    static long bytes(Optional<Op.ChannelNorm> op) {
        return op.flatMap(Op.ChannelNorm::affine).map(affine -> Affine.packedBytes(affine.scale().size())).orElse(0L);
    }

    /** What plans call it. */
    static String name(Op.ChannelNorm op) {
        return op.norm().kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static Norms pack(Optional<Op.ChannelNorm> op, SegmentAllocator allocator) {
        return new Norms(op, op.flatMap(Op.ChannelNorm::affine).map(affine -> {
            float[] shift = affine.shift().map(Parameter::values).orElseGet(() -> new float[affine.scale().size()]);
            return Affine.pack(affine.scale().values(), shift, allocator);
        }));
    }

    Optional<RowNorm> bind(int channels) {
        return op.map(found -> {
            float eps = (float) found.norm().eps();
            return switch (found.norm().kind()) {
                case LAYER_NORM -> new LayerNorm(channels, eps, affine);
                case RMS_NORM -> new RmsNorm(channels, eps, affine);
                case SIMPLE_NORM -> new SimpleNorm(channels, eps, affine);
            };
        });
    }
}
