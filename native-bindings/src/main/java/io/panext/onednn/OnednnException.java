package io.panext.onednn;

/** A call of oneDNN that failed. The message names the call, its status and its arguments. */
public final class OnednnException extends RuntimeException {

    private static final long serialVersionUID = 1;

    OnednnException(String message) {
        super(message);
    }
}
