package io.panext.simd;

import io.panext.graph.Op;
import io.panext.kernels.Affine;
import io.panext.kernels.LayerNorm;
import java.lang.foreign.SegmentAllocator;
import java.util.Optional;

/** A layer norm that another op may have absorbed, with its weights packed. */
record Norms(Optional<Op.LayerNorm> op, Optional<Affine> affine) {

    static long bytes(Optional<Op.LayerNorm> op) {
        return op.flatMap(Op.LayerNorm::affine).map(affine -> Affine.packedBytes(affine.scale().size())).orElse(0L);
    }

    static Norms pack(Optional<Op.LayerNorm> op, SegmentAllocator allocator) {
        return new Norms(op, op.flatMap(Op.LayerNorm::affine)
                .map(affine -> Affine.pack(affine.scale().values(), affine.shift().values(), allocator)));
    }

    Optional<LayerNorm> bind(int channels) {
        return op.map(norm -> new LayerNorm(channels, (float) norm.eps(), affine));
    }
}
