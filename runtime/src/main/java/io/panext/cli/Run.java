package io.panext.cli;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.panext.ConvNeXt;
import io.panext.Session;
import io.panext.zoo.checkpoint.Checkpoint;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.PretrainedModel;
import io.panext.zoo.checkpoint.Safetensors;
import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code panext run}: runs a model on tensors, to compare panext with other runtimes. */
@Command(name = "run", description = "Run a model on images that are normalised already, from file to file.", footer = {
        "The input file holds a tensor 'input', F32 [N, 3, H, W]. The output file gets",
        "'logits' [N, classes], if the model has a classifier, and 'pre_logits' [N, C],",
        "the pooled and normed features that the classifier takes in; both F32.",
        "",
        "example:",
        "  panext run -m convnext_tiny.safetensors -i in.safetensors -o out.safetensors"})
final class Run implements Callable<Integer> {

    private static final String LOGITS = "logits";
    private static final String FEATURES = "pre_logits";

    /** More images at a time would need more memory without being faster. */
    private static final int MAX_BATCH = 8;

    @Spec
    private CommandSpec command;

    @Option(names = {"-m", "--model"}, paramLabel = "FILE|NAME", required = true,
            description = "A checkpoint, its folder, a fetched model, or the embedded "
                    + PretrainedModel.EMBEDDED + ".")
    private String model;

    @Mixin
    private ArchOption arch;

    @Mixin
    private WeightsOption weights;

    @Option(names = {"-i", "--input"}, paramLabel = "FILE", required = true, description = "Tensors to read.")
    private Path input;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true,
            description = "File to write, or to replace once all is computed.")
    private Path output;

    @Mixin
    private ExecutionOptions execution;

    @Override
    public Integer call() throws IOException {
        OutputFile.require(command, output, ".safetensors");
        OutputFile.requireOther(command, output, List.of(model, input.toString()));
        try (Checkpoint images = Checkpoint.open(input);
                PretrainedModel pretrained = PretrainedModel.open(model, arch.architecture, weights.key)) {
            List<Integer> shape = InputTensors.images(images);
            try (ConvNeXt convNeXt = ConvNeXt.load(pretrained, execution.options(shape.getFirst()))) {
                new Messages(command.commandLine().getErr()).warnOfTensors(convNeXt.warnings(), pretrained);
                run(convNeXt, images.bytes(InputTensors.IMAGES), shape);
            }
        }
        return ExitCode.OK;
    }

    private void run(ConvNeXt model, MemorySegment images, List<Integer> shape) throws CheckpointException {
        int count = shape.getFirst();
        int classes = model.spec().classes();
        int channels = model.spec().features();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment logits = arena.allocate(JAVA_FLOAT, (long) count * classes);
            MemorySegment features = arena.allocate(JAVA_FLOAT, (long) count * channels);
            int batch = Math.ceilDiv(count, Math.ceilDiv(count, MAX_BATCH));
            try (Session session = model.newSession(batch, shape.get(2), shape.get(3))) {
                for (int done = 0; done < count; done += batch) {
                    // the last batch is as large as the others, and may repeat images of the one before
                    int first = Math.min(done, count - batch);
                    session.run(part(images, first, batch, count), part(features, first, batch, count),
                            part(logits, first, batch, count));
                }
            }
            var tensors = new LinkedHashMap<String, FloatTensor>();
            if (classes > 0) {
                tensors.put(LOGITS, new FloatTensor(List.of(count, classes), logits));
            }
            tensors.put(FEATURES, new FloatTensor(List.of(count, channels), features));
            Safetensors.write(output, tensors, Map.of("model", model.name()));
        }
    }

    private static MemorySegment part(MemorySegment all, int first, int batch, int count) {
        long bytes = all.byteSize() / count;
        return all.asSlice(first * bytes, batch * bytes);
    }
}
