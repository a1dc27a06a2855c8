package io.panext;

import io.panext.image.ImageDecoder;
import io.panext.image.ImageException;
import io.panext.image.RgbImage;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/** Something that classifies photographs: a model, or a session of it. */
public sealed interface Classifier permits ConvNeXt, Session {

    /** Turns files and bytes into pixels. */
    ImageDecoder decoder();

    /**
     * Classifies decoded pixels.
     *
     * @throws IllegalStateException if the model has no classifier, or is closed
     */
    Classification classify(RgbImage image);

    /**
     * Classifies a photograph in a file: PNG, JPEG, BMP, GIF or WebP.
     *
     * @throws ImageException if it cannot be read as a whole; the message says why
     */
    default Classification classify(Path file) throws ImageException {
        return classify(decoder().decode(file));
    }

    /**
     * Classifies a photograph in memory, in the format of a file.
     *
     * @throws ImageException if it cannot be read as a whole; the message says why
     */
    default Classification classify(byte[] file) throws ImageException {
        return classify(decoder().decode(file));
    }

    /** Classifies an image of the Java platform; its colour profile and transparency are ignored, as Pillow does. */
    default Classification classify(BufferedImage image) {
        return classify(RgbImage.of(image));
    }
}
