package io.panext.jmh.report;

import io.panext.compile.Plan;
import io.panext.graph.Node;
import io.panext.graph.Op;
import io.panext.graph.Op.PostOp;
import io.panext.graph.Shape;
import io.panext.zoo.Activation;
import java.util.stream.Stream;

/**
 * What a step does, the same for all steps that are equal.
 *
 * @param part        of the model
 * @param kernel      what runs it
 * @param input       shape of the map that it works on
 * @param output      shape of the map that it gives
 * @param isProduct   whether it multiplies in the precision of the run, as linears and downsampling do; the others stay with
 *                    fp32
 * @param flop        multiplications and additions of convolutions and linears
 * @param geluFlop    operations that could be done while GELU is: {@value #GELU_FLOP} a value, for the 19 multiplications
 *                    and fused multiply-adds of panext's own kernel, each of which takes the place of two operations
 * @param weightBytes packed weights
 * @param mapBytes    maps that are read and written, each once
 */
public record StepKind(String part, String kernel, String input, String output, boolean isProduct, double flop,
        double geluFlop, long weightBytes, long mapBytes) {

    static final int GELU_FLOP = 38;

    private static final String STAGES = "stages.";

    /** Describes a step of a plan. */
    public static StepKind of(Plan.Step step) {
        Shape input = step.inputs().getFirst().shape();
        Shape output = step.outputs().getFirst().shape();
        return new StepKind(part(step.node()), step.choice().kernel().name(),
                input.toString(), output.toString(), isProduct(step.node().op()), 2.0 * step.macs(),
                GELU_FLOP * geluValues(step.node().op(), input),
                step.choice().kernel().weightBytes(), Stream.concat(step.inputs().stream(), step.outputs().stream())
                        .mapToLong(place -> Float.BYTES * values(place.shape())).sum());
    }

    /** Returns the time that one core needs for the multiplications and additions alone. */
    double flopMicros(Ceilings ceilings, double quantile) {
        return flop / (isProduct ? ceilings.products() : ceilings.fma()).perMicro(quantile);
    }

    private static boolean isProduct(Op op) {
        return op instanceof Op.Linear || op instanceof Op.Mlp || op instanceof Op.Downsample;
    }

    private static String part(Node node) {
        return switch (node.op()) {
            case Op.Linear _,Op.Mlp _ when node.name().startsWith(STAGES) ->
                "linears of stage " + (stage(node.name()) + 1);
            case Op.DepthwiseConv _,Op.ChannelNorm _ -> "depthwise convolutions, norms";
            case Op.PatchEmbedding _,Op.Convolution _,Op.Downsample _ -> "stem, downsampling";
            default -> "rest";
        };
    }

    private static int stage(String name) {
        return Integer.parseInt(name.substring(STAGES.length(), name.indexOf('.', STAGES.length())));
    }

    private static long geluValues(Op op, Shape input) {
        return switch (op) {
            case Op.Linear linear when linear.postOps().contains(PostOp.GELU) -> values(linear.output(input));
            case Op.Activate(Activation function) when function == Activation.GELU -> values(input);
            case Op.Mlp mlp -> geluValues(mlp.expand(), input);
            default -> 0;
        };
    }

    private static long values(Shape shape) {
        return (long) shape.rows() * shape.channels();
    }
}
