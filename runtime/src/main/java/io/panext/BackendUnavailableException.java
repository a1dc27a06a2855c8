package io.panext;

/** A backend or a precision that was asked for cannot be had here. The message says why. */
public final class BackendUnavailableException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    BackendUnavailableException(String message) {
        super(message);
    }

    BackendUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
