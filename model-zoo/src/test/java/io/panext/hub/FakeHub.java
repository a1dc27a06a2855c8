package io.panext.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.panext.zoo.checkpoint.HubCache;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** A hub with one repository, on this machine, that can be told to misbehave. */
final class FakeHub implements AutoCloseable {

    static final String NAME = "timm/convnext_tiny.fb_in1k";
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    static final Duration IMPATIENCE = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final Map<String, byte[]> files = new LinkedHashMap<>();
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    /** What requests for files get instead of sound answers, in this order. */
    final Deque<Answer> answers = new ConcurrentLinkedDeque<>();

    /** What requests for the description get, likewise. */
    final Deque<Answer> descriptions = new ConcurrentLinkedDeque<>();

    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private String licence = "\"apache-2.0\"";

    /** An answer to a request for a file. */
    @FunctionalInterface
    interface Answer {
        void give(HttpExchange exchange, byte[] content) throws IOException;
    }

    FakeHub() throws IOException {
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    FakeHub with(String file, byte[] content) {
        files.put(file, content);
        return this;
    }

    FakeHub licensed(String json) {
        licence = json;
        return this;
    }

    URI address() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    HubSettings settings(Path cache) {
        return settings(cache, Optional.empty(), 3, PATIENCE);
    }

    HubSettings settings(Path cache, Optional<String> token, int attempts) {
        return settings(cache, token, attempts, PATIENCE);
    }

    HubSettings impatient(Path cache) {
        return settings(cache, Optional.empty(), 3, IMPATIENCE);
    }

    private HubSettings settings(Path cache, Optional<String> token, int attempts, Duration patience) {
        return new HubSettings(address(), token, new HubCache(cache), false, EnvironmentProxies.of(Map.of()), patience,
                attempts, Duration.ofMillis(10));
    }

    /** Requests for files, without those for the description. */
    List<String> downloads() {
        return requests.stream().filter(request -> request.contains("/resolve/")).toList();
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
        exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }

    static void refuse(HttpExchange exchange, int status) throws IOException {
        send(exchange, status, "no".getBytes(StandardCharsets.US_ASCII));
    }

    /** Announces all of the content, and closes the connection after a part. */
    static void truncate(HttpExchange exchange, byte[] content, int length) throws IOException {
        exchange.getResponseHeaders().set("ETag", "\"v1\"");
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content, 0, length);
        exchange.getResponseBody().flush();
        exchange.close();
    }

    /** Serves what is asked for, a part if it is one. */
    static void serve(HttpExchange exchange, byte[] content) throws IOException {
        if (!exchange.getRequestHeaders().containsKey("Range")) {
            send(exchange, 200, content);
            return;
        }
        int begin = begin(exchange);
        exchange.getResponseHeaders().set("Content-Range", "bytes " + begin + "-" + (content.length - 1) + "/"
                + content.length);
        send(exchange, 206, Arrays.copyOfRange(content, begin, content.length));
    }

    /** The first byte of the part that is asked for. */
    static int begin(HttpExchange exchange) {
        return Integer.parseInt(exchange.getRequestHeaders().getFirst("Range").replaceAll("\\D", ""));
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(path + " " + exchange.getRequestHeaders().getOrDefault("Range", List.of())
                + exchange.getRequestHeaders().getOrDefault("If-Range", List.of())
                + exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
        byte[] content = files.get(path.substring(path.lastIndexOf('/') + 1));
        Answer answer = (path.startsWith("/api/") ? descriptions : answers).poll();
        if (answer != null) {
            answer.give(exchange, content);
        } else if (path.equals("/api/models/" + NAME + "/revision/main")) {
            send(exchange, 200, description().getBytes(StandardCharsets.UTF_8));
        } else if (content != null) {
            serve(exchange, content);
        } else {
            refuse(exchange, 404);
        }
    }

    String description() {
        return "{\"sha\": \"" + COMMIT + "\", \"cardData\": {\"license\": " + licence + "}, \"siblings\": ["
                + files.entrySet().stream().map(file -> "{\"rfilename\": \"" + file.getKey() + "\", \"size\": "
                        + file.getValue().length + ", \"blobId\": \"" + "b".repeat(40) + "\", \"lfs\": {\"sha256\": \""
                        + sha256(file.getValue()) + "\"}}").collect(Collectors.joining(", "))
                + "]}";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
