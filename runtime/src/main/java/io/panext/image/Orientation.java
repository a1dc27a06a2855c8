package io.panext.image;

/** Whether a photograph is turned the way its EXIF data says it was held. */
public enum Orientation {
    /** Turned and mirrored as the EXIF tag says, as a viewer shows it and Pillow's {@code exif_transpose} does. */
    RESPECT,
    /** As stored: what training pipelines, torchvision's and timm's among them, see. */
    IGNORE
}
