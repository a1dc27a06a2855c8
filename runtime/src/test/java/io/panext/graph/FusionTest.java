package io.panext.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.Catalogue;
import io.panext.zoo.ConvNeXtSpec;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.ModelWeights;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which linears can be joined. */
class FusionTest {

    /** GELU, its approximation, and SiLU are among them. */
    @ParameterizedTest
    @ValueSource(strings = {"convnext_atto", "convnext_atto_ols", "convnext_atto_rms", "test_convnext",
            "test_convnext3"})
    void thoseOfEveryBlockWithoutResponseNormAre(String name) throws CheckpointException {
        ConvNeXtSpec spec = Catalogue.get(name).spec();
        Graph graph = graph(spec);
        List<Node> joined = joined(Fusion.fuse(Folding.ALL.fold(graph)));
        assertEquals(spec.depths().stream().mapToInt(Integer::intValue).sum(), joined.size());
        Node first = joined.getFirst();
        assertEquals("stages.0.blocks.0.mlp", first.name());
        assertEquals(2, first.inputs().size());
        var map = new Shape(1, 7, 5, spec.dims().getFirst());
        assertEquals(map, first.op().output(map));
        assertEquals(2L * 35 * ConvNeXtSpec.EXPANSION * map.channels() * map.channels(), first.op().macs(map));
    }

    @Test
    void thoseWithResponseNormAreNot() throws CheckpointException {
        assertEquals(List.of(), joined(Fusion.fuse(Folding.ALL.fold(graph(Catalogue.get("convnextv2_atto").spec())))));
    }

    @Test
    void thoseWhoseActivationOrAdditionIsANodeOfItsOwnAreNot() throws CheckpointException {
        assertEquals(List.of(), joined(Folding.ALL.fold(graph(Catalogue.get("convnext_atto").spec()))));
    }

    @Test
    void thoseWhoseHiddenMapIsReadElsewhereAreNot() throws CheckpointException {
        Graph graph = Fusion.fuse(Folding.ALL.fold(graph(ConvNeXtSpec.v1(List.of(1), List.of(8), 2))));
        Node project = graph.nodes().stream().filter(node -> node.name().endsWith("fc2")).findFirst().orElseThrow();
        assertTrue(joined(graph).stream().anyMatch(node -> node.op() instanceof Op.Mlp));
        Graph read = new Graph(graph.input(), graph.nodes(), graph.features(), graph.classifier(),
                List.of(project.input()), graph.masked());
        assertEquals(List.of(), joined(read));
    }

    private static Graph graph(ConvNeXtSpec spec) throws CheckpointException {
        try (ModelWeights weights = ModelWeights.of(SyntheticCheckpoint.of(spec))) {
            return GraphBuilder.build(spec, weights::parameter, Outputs.ALL);
        }
    }

    private static List<Node> joined(Graph graph) {
        List<Node> nodes = graph.nodes();
        return IntStream.range(1, nodes.size()).mapToObj(i -> Fusion.join(graph, nodes.get(i - 1), nodes.get(i)))
                .flatMap(Optional::stream).toList();
    }
}
