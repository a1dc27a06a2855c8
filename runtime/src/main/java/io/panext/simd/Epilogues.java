package io.panext.simd;

import io.panext.compile.Operands;
import io.panext.graph.Op;
import io.panext.graph.Op.PostOp;
import io.panext.kernels.Epilogue;
import io.panext.kernels.SigmoidGate;
import io.panext.zoo.Activation;
import java.util.List;
import java.util.stream.Stream;

/** What the Vector API makes of a product, whoever computed it. */
public final class Epilogues {

    private Epilogues() {}

    /**
     * Returns what does the post-ops of a linear.
     *
     * @throws IllegalArgumentException if no epilogue does them together
     */
    public static Epilogue of(List<PostOp> postOps, Operands operands) {
        if (postOps.isEmpty()) {
            return Epilogue.NONE;
        }
        if (postOps.equals(List.of(PostOp.GELU, PostOp.SUM_SQUARES))) {
            return Epilogue.geluAndSquares(operands.outputs().get(1), operands.shape().statistics());
        }
        if (postOps.equals(List.of(PostOp.ADD))) {
            return Epilogue.add(operands.inputs().getLast());
        }
        return Stream.of(Activation.values()).filter(activation -> postOps.equals(List.of(PostOp.of(activation))))
                .findFirst().map(Epilogues::of)
                .orElseThrow(() -> new IllegalArgumentException("no epilogue does " + postOps));
    }

    /** Returns what applies an activation. */
    static Epilogue of(Activation activation) {
        return switch (activation) {
            case GELU -> Epilogue.GELU;
            case GELU_TANH -> Epilogue.gated(SigmoidGate.GELU_TANH);
            case SILU -> Epilogue.gated(SigmoidGate.SILU);
        };
    }
}
