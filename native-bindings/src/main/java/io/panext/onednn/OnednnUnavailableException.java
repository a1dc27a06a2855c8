package io.panext.onednn;

/** oneDNN cannot be used in this process. The message says why, in one line. */
public final class OnednnUnavailableException extends Exception {

    private static final long serialVersionUID = 1;

    OnednnUnavailableException(String message) {
        super(message);
    }

    OnednnUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
