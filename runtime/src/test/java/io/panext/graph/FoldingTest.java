package io.panext.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which constants are moved. That results stay what they are is tested on whole models. */
class FoldingTest {

    private static final ConvNeXtSpec V1 = ConvNeXtSpec.v1(List.of(1, 1), List.of(8, 16), 2);
    private static final ConvNeXtSpec V2 = ConvNeXtSpec.v2(List.of(1, 1), List.of(8, 16), 2);

    /** Of the five norms of two stages the stem's and the head's can never be folded. */
    @Test
    void normsKeepTheirScaleAndShiftUnlessAllIsFolded() throws CheckpointException {
        for (ConvNeXtSpec spec : List.of(V1, V2)) {
            assertEquals(5, affineNorms(Folding.NONE.fold(graph(spec))));
            assertEquals(5, affineNorms(Folding.FOR_FUSION.fold(graph(spec))));
            assertEquals(2, affineNorms(Folding.ALL.fold(graph(spec))));
        }
    }

    @Test
    void whatWouldHinderFusionIsGoneUnlessNothingIsFolded() throws CheckpointException {
        assertEquals(2, ops(Folding.NONE.fold(graph(V1))).filter(Op.LayerScale.class::isInstance).count());
        assertEquals(2, shiftedResponses(Folding.NONE.fold(graph(V2))));
        for (Folding folding : List.of(Folding.FOR_FUSION, Folding.ALL)) {
            assertTrue(ops(folding.fold(graph(V1))).noneMatch(Op.LayerScale.class::isInstance));
            assertEquals(0, shiftedResponses(folding.fold(graph(V2))));
            assertTrue(ops(Fusion.fuse(folding.fold(graph(V2)))).noneMatch(Op.ResponseNorm.class::isInstance));
        }
    }

    private static long affineNorms(Graph graph) {
        return ops(graph).filter(op -> op instanceof Op.ChannelNorm norm && norm.affine().isPresent()).count();
    }

    private static long shiftedResponses(Graph graph) {
        return ops(graph).filter(op -> op instanceof Op.ResponseNorm norm && norm.beta().isPresent()).count();
    }

    private static Stream<Op> ops(Graph graph) {
        return graph.nodes().stream().map(Node::op);
    }

    private static Graph graph(ConvNeXtSpec spec) throws CheckpointException {
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(spec))) {
            return GraphBuilder.build(spec, weights::parameter, Outputs.ALL);
        }
    }
}
