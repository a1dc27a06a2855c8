package io.panext.hub;

import io.panext.zoo.checkpoint.HubCache;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where and how to download, as Hugging Face's own tools are told by the environment.
 *
 * @param endpoint {@code HF_ENDPOINT}: the hub or a mirror of it
 * @param token    {@code HF_TOKEN}, or what is in the file that {@code HF_TOKEN_PATH} names: sent to the endpoint only
 * @param cache    where files go
 * @param offline  {@code HF_HUB_OFFLINE}: no request is made
 * @param proxies  what {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY} say
 * @param patience for how long nothing may come before a request is given up
 * @param attempts how often a request is made before it has failed
 * @param pause    before the second attempt; doubled before each further one
 */
public record HubSettings(URI endpoint, Optional<String> token, HubCache cache, boolean offline,
        EnvironmentProxies proxies, Duration patience, int attempts, Duration pause) {

    private static final String PUBLIC_HUB = "https://huggingface.co";
    private static final Set<String> YES = Set.of("1", "true", "yes", "on");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 5;

    /**
     * @throws IllegalArgumentException if the endpoint is no address, or a token would travel unencrypted
     */
    public HubSettings {
        String scheme = String.valueOf(endpoint.getScheme());
        if (endpoint.getHost() == null || !Set.of("http", "https").contains(scheme)) {
            throw new IllegalArgumentException("HF_ENDPOINT " + endpoint + " is no address such as " + PUBLIC_HUB);
        }
        if (scheme.equals("http") && token.isPresent() && !isThisMachine(endpoint.getHost())) {
            throw new IllegalArgumentException("HF_ENDPOINT " + endpoint + " is not encrypted: it gets no token; use "
                    + "https, or unset HF_TOKEN");
        }
    }

    /**
     * Reads the environment.
     *
     * @throws IllegalArgumentException if a variable makes no sense
     */
    public static HubSettings of(Map<String, String> environment, Path home) {
        String endpoint = value(environment, "HF_ENDPOINT").orElse(PUBLIC_HUB).replaceFirst("/+$", "");
        return new HubSettings(uri(endpoint), token(environment, home), HubCache.of(environment, home),
                value(environment, "HF_HUB_OFFLINE").map(value -> YES.contains(value.toLowerCase(Locale.ROOT)))
                        .orElse(false),
                EnvironmentProxies.of(environment), PATIENCE, ATTEMPTS, Duration.ofSeconds(1));
    }

    /** Names what may be logged: of the token only whether there is one, and no proxies. */
    @Override
    public String toString() {
        return "HubSettings[endpoint=" + endpoint + ", token=" + (token.isPresent() ? "hidden" : "none") + ", cache="
                + cache + ", offline=" + offline + ", patience=" + patience + ", attempts=" + attempts + ", pause="
                + pause + "]";
    }

    private static URI uri(String endpoint) {
        try {
            return URI.create(endpoint);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("HF_ENDPOINT is no address such as " + PUBLIC_HUB + ": "
                    + e.getMessage(), e);
        }
    }

    private static Optional<String> token(Map<String, String> environment, Path home) {
        return value(environment, "HF_TOKEN").or(() -> {
            Path file = value(environment, "HF_TOKEN_PATH").map(Path::of)
                    .orElseGet(() -> HubCache.huggingFaceHome(environment, home).resolve("token"));
            try {
                return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
            } catch (IOException e) {
                return Optional.empty();
            }
        }).map(String::strip).filter(token -> token.matches("[\\x21-\\x7E]+"));
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private static boolean isThisMachine(String host) {
        return Set.of("localhost", "127.0.0.1", "[::1]").contains(host);
    }
}
