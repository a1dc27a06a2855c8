package io.panext.hub;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Requests to the hub, and to wherever it redirects them: the token goes to the hub alone, and what was encrypted stays
 * so.
 */
final class Http implements AutoCloseable {

    private static final int MAX_REDIRECTS = 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);

    private final HubSettings settings;
    private final HttpClient client;

    Http(HubSettings settings) {
        this.settings = settings;
        this.client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.patience()).proxy(settings.proxies()).build();
    }

    /** Reads what a request brings. */
    @FunctionalInterface
    interface Reader<T> {

        /**
         * Reads a successful response.
         *
         * @throws HubException if trying again would not help
         * @throws IOException  if it might
         */
        T read(int status, HttpHeaders headers, InputStream body) throws IOException;
    }

    /**
     * Makes a request, as often as the settings allow.
     *
     * @param repository for messages
     * @param headers    asked for anew before each attempt
     * @throws HubException if it comes to nothing
     */
    <T> T get(String repository, URI uri, Supplier<Map<String, String>> headers, Reader<T> reader)
            throws HubException {
        Duration pause = settings.pause();
        for (int attempt = 1;; attempt++) {
            try {
                HttpResponse<InputStream> response = follow(repository, uri, headers.get());
                try (InputStream body = new PatientStream(response.body(), settings.patience())) {
                    Refusal.requireSuccess(repository, response.statusCode(), response.headers());
                    return reader.read(response.statusCode(), response.headers(), body);
                }
            } catch (HubException | SSLException e) {
                throw e instanceof HubException known ? known : failed(repository, uri, e);
            } catch (IOException e) {
                Duration asked = e instanceof Refusal refusal ? refusal.pause().orElse(pause) : pause;
                if (attempt == settings.attempts() || asked.compareTo(LONGEST_PAUSE) > 0) {
                    throw failed(repository, uri, e);
                }
                sleep(repository, asked);
                pause = pause.multipliedBy(2);
            }
        }
    }

    private HttpResponse<InputStream> follow(String repository, URI first, Map<String, String> headers)
            throws IOException {
        URI uri = first;
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            HttpResponse<InputStream> response = send(repository, uri, headers);
            if (!REDIRECTS.contains(response.statusCode())) {
                return response;
            }
            response.body().close();
            uri = target(repository, uri, response.headers());
        }
        throw new HubException(repository, first.getHost() + " redirects in circles");
    }

    private HttpResponse<InputStream> send(String repository, URI uri, Map<String, String> headers)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(settings.patience())
                .header("User-Agent", "panext");
        headers.forEach(request::header);
        if (origin(uri).equals(origin(settings.endpoint()))) {
            settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException(repository, "interrupted", e);
        }
    }

    private static URI target(String repository, URI from, HttpHeaders headers) throws HubException {
        try {
            URI target = from.resolve(headers.firstValue("Location").orElse(""));
            if (target.getHost() != null && (target.getScheme().equals("https")
                    || (target.getScheme().equals("http") && from.getScheme().equals("http")))) {
                return target;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw new HubException(repository, from.getHost() + " redirects to no address that can be trusted");
    }

    private static String origin(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + ":" + uri.getPort();
    }

    private static HubException failed(String repository, URI uri, IOException e) {
        String host = uri.getHost();
        return new HubException(repository, switch (e) {
            case Refusal refusal -> refusal.getMessage();
            case ConnectException _ when e.getCause() instanceof UnresolvedAddressException -> host
                    + " is unknown: is there a network, or a proxy to be named in HTTPS_PROXY?";
            case UnknownHostException _ -> host + " is unknown: is there a network?";
            case ConnectException _ -> "cannot connect to " + host + ": is there a network, or a proxy to be named in "
                    + "HTTPS_PROXY?";
            case SSLException _ -> "cannot trust " + host + ": " + e.getMessage();
            default -> "the download broke off: " + e.getMessage();
        }, e);
    }

    private static void sleep(String repository, Duration pause) throws HubException {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException(repository, "interrupted", e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
