package io.panext.zoo.checkpoint;

import io.panext.zoo.Catalogue;
import java.io.IOException;
import java.io.Serial;

/** A name that is neither a model nor a file; the message suggests what may have been meant. */
public final class UnknownModelException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    UnknownModelException(String name) {
        super(Catalogue.suggestions(name).isEmpty()
                ? Catalogue.unknown(name) + ": neither a file nor a known name; " + EmbeddedModel.NAME
                        + " is embedded"
                : Catalogue.unknown(name));
    }
}
