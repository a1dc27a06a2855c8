package io.panext.hub;

import io.panext.zoo.checkpoint.HubCache;
import java.net.URI;
import java.util.Map;

/** The Hugging Face hub, or a mirror of it. */
public final class Hub implements AutoCloseable {

    private static final int LONGEST_ANSWER = 16 << 20;

    private final HubSettings settings;
    private final Http http;

    /** Prepares requests; none is made yet. */
    public Hub(HubSettings settings) {
        this.settings = settings;
        this.http = new Http(settings);
    }

    /**
     * Asks what a repository holds.
     *
     * @param name {@code owner/name}
     * @return what is to be fetched
     * @throws HubException             if there is no such repository, it holds no checkpoint, or it cannot be had
     * @throws IllegalArgumentException if that is no repository's name
     */
    public Pull pull(String name) throws HubException {
        HubCache.requireRepository(name);
        if (settings.offline()) {
            throw new HubException(name, "is not fetched, because HF_HUB_OFFLINE is set");
        }
        byte[] answer = http.get(name, uri("/api/models/" + name + "/revision/main?blobs=true"), Map::of,
                (_, _, body) -> body.readNBytes(LONGEST_ANSWER));
        return Pull.of(this, Repository.parse(name, answer));
    }

    HubSettings settings() {
        return settings;
    }

    Http http() {
        return http;
    }

    URI uri(Repository repository, HubFile file) {
        return uri("/" + repository.name() + "/resolve/" + repository.commit() + "/" + file.name());
    }

    private URI uri(String path) {
        return URI.create(settings.endpoint() + path);
    }

    @Override
    public void close() {
        http.close();
    }
}
