package io.panext.dnnl;

import io.panext.graph.Shape;
import io.panext.kernels.Share;
import io.panext.onednn.Argument;
import io.panext.onednn.DataType;
import io.panext.onednn.MemoryDescriptor;
import io.panext.onednn.PrimitiveDescriptor;
import java.util.List;
import java.util.Map;

/** The softmax of each row. */
final class Softmaxes {

    private Softmaxes() {}

    static DnnlKernel kernel(Scripts scripts) {
        return new DnnlKernel("onednn softmax", List.of(), Softmaxes::write, scripts, false);
    }

    private static void write(Script script, Shape shape, Share share) {
        // Row by row: where rows are further apart than they are long, oneDNN has nothing fast for several.
        MemoryDescriptor row = script.rows(DataType.F32, 1, shape.channels(), shape.channels());
        for (int i = share.from(shape.rows()); i < share.to(shape.rows()); i++) {
            long offset = Maps.offset(i, shape.channels());
            script.run(PrimitiveDescriptor.softmax(row, row), Map.of(Argument.SRC,
                    new Tensor(row, new Place.Input(0, offset)), Argument.DST,
                    new Tensor(row, new Place.Output(0, offset))));
        }
    }
}
