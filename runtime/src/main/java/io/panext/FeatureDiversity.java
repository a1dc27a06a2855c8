package io.panext;

/**
 * How different the channels of each block are: where they all show the same, features have collapsed, which is what
 * global response normalisation was made against (ConvNeXt V2, section 3.2).
 *
 * <p>Looked at is the hidden map of each block as its second linear takes it in: after GELU, and in V2 after the
 * normalisation.
 *
 * <p>A {@link FeatureAnalysis} finds it out.
 *
 * @param layer          the block
 * @param channels       channels of its hidden map
 * @param cosineDistance mean of {@code (1 - cos) / 2} over all pairs of channels, each a vector of an image's pixels, and
 *                       over images: 0 if all channels show the same, 0.5 if none resembles another
 * @param dead           share of channels that never reach a hundredth of the layer's root mean square
 * @param saturated      share of channels that are not dead, but whose standard deviation is below a tenth of their mean
 */
public record FeatureDiversity(String layer, int channels, double cosineDistance, double dead, double saturated) {}
