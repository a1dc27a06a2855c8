package io.panext.image;

import java.io.IOException;

/** An image that cannot be read. The message is one line and begins with the image's name. */
public final class ImageException extends IOException {
    private static final long serialVersionUID = 1;

    ImageException(String name, String problem) {
        super(name + ": " + problem);
    }

    ImageException(String name, String problem, Throwable cause) {
        super(name + ": " + problem, cause);
    }

    /** Returns the first line of what went wrong. */
    static String reason(Throwable e) {
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                : e.getMessage().lines().findFirst().orElse("").strip();
    }
}
