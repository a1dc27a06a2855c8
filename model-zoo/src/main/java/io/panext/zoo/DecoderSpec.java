package io.panext.zoo;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The decoder of a masked autoencoder (ConvNeXt V2, section 3.1): a linear to its own width, a learned token in place of
 * what is masked, blocks of V2 over whole images, and a linear to the pixels of each patch.
 *
 * @param features channels of the encoder's last stage
 * @param width    channels of the decoder
 * @param depth    blocks of the decoder
 * @param patch    edge of a patch, in pixels
 */
public record DecoderSpec(int features, int width, int depth, int patch) {

    private static final String NAME = "decoder.";
    private static final String BLOCKS = NAME + "blocks.";

    /** @throws IllegalArgumentException if a number is not positive */
    public DecoderSpec {
        if (features < 1 || width < 1 || depth < 1 || patch < 1) {
            throw new IllegalArgumentException("a decoder of " + depth + " blocks of width " + width + " for "
                    + features + " features and patches of " + patch + " pixels");
        }
    }

    /** Returns whether a tensor is a decoder's, by its canonical name. */
    public static boolean describes(String name) {
        return name.startsWith(NAME);
    }

    /**
     * Infers the decoder from the tensors of a checkpoint.
     *
     * @param encoder what it decodes
     * @param shapes  shapes by canonical name
     * @return the decoder, if any tensor is one's; whether it is complete is for the caller to compare
     */
    public static Optional<DecoderSpec> infer(ConvNeXtSpec encoder, Map<String, List<Integer>> shapes) {
        if (shapes.keySet().stream().noneMatch(DecoderSpec::describes)) {
            return Optional.empty();
        }
        int depth = (int) shapes.keySet().stream().filter(name -> name.startsWith(BLOCKS))
                .map(name -> name.substring(BLOCKS.length()).split("\\.", 2)[0]).distinct().count();
        List<Integer> proj = shapes.getOrDefault(NAME + "proj.weight", List.of());
        if (depth == 0 || proj.isEmpty()) {
            throw new IllegalArgumentException("its decoder has "
                    + (depth == 0 ? "no blocks" : "no tensor " + NAME + "proj.weight"));
        }
        return Optional.of(new DecoderSpec(encoder.features(), proj.getFirst(), depth, encoder.reduction()));
    }

    /** Values of a patch that the decoder predicts: three for each pixel. */
    public int patchValues() {
        return ConvNeXtSpec.IMAGE_CHANNELS * patch * patch;
    }

    /** Every tensor of the decoder with its shape. */
    public List<ParameterShape> parameters() {
        Stream<ParameterShape> before = Stream.of(ParameterShape.of(NAME + "proj.weight", width, features),
                ParameterShape.of(NAME + "proj.bias", width), ParameterShape.of(NAME + "mask_token", width));
        Stream<ParameterShape> after = Stream.of(ParameterShape.of(NAME + "pred.weight", patchValues(), width),
                ParameterShape.of(NAME + "pred.bias", patchValues()));
        return Stream.of(before, blocks(), after).flatMap(tensors -> tensors).toList();
    }

    /** The blocks are those of a stage of ConvNeXt V2. */
    private Stream<ParameterShape> blocks() {
        String stage = "stages.0.blocks.";
        return ConvNeXtSpec.v2(List.of(depth), List.of(width), 0).parameters().stream()
                .filter(parameter -> parameter.name().startsWith(stage))
                .map(parameter -> new ParameterShape(BLOCKS + parameter.name().substring(stage.length()),
                        parameter.shape()));
    }
}
