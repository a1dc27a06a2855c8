package io.panext.cli;

import io.panext.ConvNeXt;
import io.panext.Session;

/** A model and a session for one image at a time, closed together. */
record Network(ConvNeXt model, Session session) implements AutoCloseable {

    /** Opens a session and takes over the model, which is closed at once if that fails. */
    static Network of(ConvNeXt model) {
        try {
            return new Network(model, model.newSession());
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } finally {
            model.close();
        }
    }
}
