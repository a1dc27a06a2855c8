package io.panext.cli;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.panext.Mask;
import io.panext.MaskedAutoencoder;
import io.panext.MaskedOutput;
import io.panext.MaskedSession;
import io.panext.Options;
import io.panext.Reconstruction;
import io.panext.image.PngWriter;
import io.panext.image.Preprocessor;
import io.panext.image.RgbImage;
import io.panext.zoo.Preprocessing;
import io.panext.zoo.checkpoint.CheckpointException;
import io.panext.zoo.checkpoint.PretrainedModel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code panext reconstruct}: lets a masked autoencoder predict what it has not seen. */
@Command(name = "reconstruct", description = "Mask a part of an image and predict it from the rest (FCMAE).", footer = {
        "An image gives a PNG: the original, what is visible of it, and what the model",
        "makes of that. Tensors 'input' F32 [N, 3, H, W] and 'mask' F32 [N, patches],",
        "1 where masked, give 'latent' [N, H/32, W/32, C], 'pred' [N, patches, 3072]",
        "and 'loss' [1].",
        "The model must have its decoder, which published encoders have not: it takes a",
        "checkpoint of FCMAE training.",
        "",
        "examples:",
        "  panext reconstruct -m mae.pth --mask-ratio 0.75 cat.jpg -o seen.png",
        "  panext reconstruct -m mae.pth -i in.safetensors -o out.safetensors"})
final class Reconstruct implements Callable<Integer> {

    private static final byte GREY = (byte) 128;

    @Spec
    private CommandSpec command;

    @Mixin
    private ModelOption model;

    @Mixin
    private MaskOptions masking;

    @Option(names = "--norm-pix", description = "The model was trained to predict pixels normalised patch by patch.")
    private boolean normalisedPixels;

    @ArgGroup(multiplicity = "1")
    private Source source;

    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true,
            description = "PNG or safetensors file to write, or to replace once all is computed.")
    private Path output;

    @Mixin
    private ExecutionOptions execution;

    @Mixin
    private DecoderOptions decoder;

    /** An image, or tensors. */
    private static final class Source {

        @Parameters(paramLabel = "IMAGE", description = "Image file to read.")
        private Path image;

        @Option(names = {"-i", "--input"}, paramLabel = "FILE", description = "Tensors to read instead of an image.")
        private Path tensors;
    }

    @Override
    public Integer call() throws IOException {
        if (source.tensors != null && masking.areGiven()) {
            throw new ParameterException(command.commandLine(),
                    "--mask-ratio and --seed go with an image; tensors have their masks beside them");
        }
        if (source.tensors != null && model.preprocessing().areGiven()) {
            throw new ParameterException(command.commandLine(),
                    "--size, --crop-pct, --interpolation and --crop-mode go with an image; tensors are taken as they are");
        }
        OutputFile.require(command, output, source.image != null ? ".png" : ".safetensors");
        Path input = source.image != null ? source.image : source.tensors;
        OutputFile.requireOther(command, output, List.of(model.nameOrPath(), input.toString()));
        Options options = execution.options(1).withDecoder(decoder.decoder());
        try (PretrainedModel pretrained = model.open();
                MaskedAutoencoder autoencoder = MaskedAutoencoder.load(pretrained, options)) {
            var messages = new Messages(command.commandLine().getErr());
            if (source.image != null) {
                messages.warn(autoencoder.warnings());
                reconstruct(autoencoder, decoder.decoder().decode(source.image));
            } else {
                messages.warnOfTensors(autoencoder.warnings(), pretrained);
                reconstruct(autoencoder, MaskedTensors.read(source.tensors, autoencoder.spec().reduction()));
            }
        }
        return ExitCode.OK;
    }

    private void reconstruct(MaskedAutoencoder autoencoder, RgbImage photograph) throws IOException {
        Preprocessing settings = autoencoder.preprocessing();
        int patch = autoencoder.spec().reduction();
        List<Mask> masks = masking.masks(settings.height() / patch, settings.width() / patch);
        Preprocessor preprocessor = new Preprocessor(settings);
        RgbImage original = preprocessor.apply(photograph);
        try (MaskedSession session = autoencoder.newSession(settings.height(), settings.width(), masks)) {
            preprocessor.normalise(original, session.input(), 0);
            float[] pixels = session.input().toArray(JAVA_FLOAT);
            MaskedOutput result = session.run(session.input(), masks);
            Reconstruction reconstruction = Reconstruction.of(pixels, masks, result.prediction(), normalisedPixels);
            PngWriter.write(RgbImage.beside(List.of(original, masked(original, masks.getFirst(), patch),
                    preprocessor.image(reconstruction.images(), 0))), output);
            int hidden = masks.getFirst().masked().size() - masks.getFirst().visible();
            command.commandLine().getOut().printf(Locale.ROOT, "loss %.6f over %d of %d patches%n",
                    reconstruction.loss(), hidden, masks.getFirst().masked().size());
        }
    }

    private void reconstruct(MaskedAutoencoder autoencoder, MaskedTensors tensors) throws CheckpointException {
        try (MaskedSession session = autoencoder.newSession(tensors.height(), tensors.width(), tensors.masks())) {
            MaskedOutput result = session.run(MemorySegment.ofArray(tensors.pixels()), tensors.masks());
            tensors.write(output, autoencoder, result, Reconstruction.of(tensors.pixels(), tensors.masks(),
                    result.prediction(), normalisedPixels));
        }
    }

    private static RgbImage masked(RgbImage image, Mask mask, int patch) {
        byte[] pixels = image.pixels().clone();
        for (int i = 0; i < pixels.length; i++) {
            int x = i / RgbImage.CHANNELS % image.width();
            int y = i / RgbImage.CHANNELS / image.width();
            if (mask.masked().get(y / patch * mask.gridWidth() + x / patch)) {
                pixels[i] = GREY;
            }
        }
        return new RgbImage(image.width(), image.height(), pixels);
    }
}
