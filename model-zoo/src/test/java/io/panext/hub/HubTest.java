package io.panext.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.zoo.checkpoint.HubCache;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Downloads from a hub on this machine that truncates, stalls, redirects, lies and refuses. */
@Timeout(30)
class HubTest {

    private static final byte[] CONTENT = new byte[300_000];
    private static final String HASH;

    static {
        new Random(6).nextBytes(CONTENT);
        HASH = FakeHub.sha256(CONTENT);
    }

    @TempDir
    private Path cache;
    private FakeHub hub;

    @BeforeEach
    void open() throws IOException {
        hub = new FakeHub().with("model.safetensors", CONTENT);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void theCacheIsThatOfHuggingFacesTools() throws IOException {
        hub.with("config.json", "{}".getBytes(StandardCharsets.UTF_8)).with("pytorch_model.bin", CONTENT)
                .with("README.md", CONTENT).with("a picture.png", CONTENT);
        Path snapshot = pull();
        Path repository = cache.resolve("models--timm--convnext_tiny.fb_in1k");
        assertEquals(repository.resolve("snapshots").resolve(FakeHub.COMMIT), snapshot);
        assertEquals(FakeHub.COMMIT, Files.readString(repository.resolve("refs/main")));
        assertEquals(Path.of("../../blobs", HASH), Files.readSymbolicLink(snapshot.resolve("model.safetensors")));
        assertArrayEquals(CONTENT, Files.readAllBytes(snapshot.resolve("model.safetensors")));
        assertEquals("{}", Files.readString(snapshot.resolve("config.json")));
        assertFalse(Files.exists(snapshot.resolve("pytorch_model.bin")));
        assertEquals(Optional.of(snapshot), new HubCache(cache).find(FakeHub.NAME));
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws IOException {
        pull();
        pull();
        assertEquals(1, hub.downloads().size());
    }

    @Test
    void filesOutsideLfsAreCheckedByGitsHash() throws IOException {
        byte[] answer = ("{\"sha\": \"" + FakeHub.COMMIT + "\", \"siblings\": [{\"rfilename\": \"model.safetensors\", "
                + "\"size\": 6, \"blobId\": \"ce013625030ba8dba906f756967f9e9ca394464a\"}]}").getBytes(
                        StandardCharsets.UTF_8);
        hub.descriptions.add((exchange, _) -> FakeHub.send(exchange, 200, answer));
        hub.answers.add((exchange, _) -> FakeHub.send(exchange, 200, "hello\n".getBytes(StandardCharsets.UTF_8)));
        assertEquals("hello\n", Files.readString(pull().resolve("model.safetensors")));
    }

    /** Of what was sent before a break, the client may not hand on the last of it: what has come is gone on with. */
    @Test
    void aConnectionThatBreaksIsTakenUpWhereItBroke() throws IOException {
        hub.answers.addAll(List.of((exchange, content) -> FakeHub.truncate(exchange, content, 100_000),
                (exchange, content) -> {
                    int begin = FakeHub.begin(exchange);
                    exchange.getResponseHeaders().set("Content-Range", "bytes " + begin + "-299999/300000");
                    exchange.sendResponseHeaders(206, content.length - begin);
                    exchange.getResponseBody().write(content, begin, 50_000);
                    exchange.close();
                }));
        assertArrayEquals(CONTENT, Files.readAllBytes(pull().resolve("model.safetensors")));
        List<String> downloads = hub.downloads();
        assertEquals(3, downloads.size());
        assertTrue(downloads.get(1).endsWith("-][\"v1\"][]"), downloads.get(1));
        int first = begin(downloads.get(1));
        int second = begin(downloads.get(2));
        assertTrue(first > 0 && first <= 100_000, downloads.get(1));
        assertTrue(second > first && second <= first + 50_000, downloads.get(2));
    }

    private static int begin(String request) {
        return Integer.parseInt(request.replaceFirst(".*\\[bytes=(\\d+)-].*", "$1"));
    }

    @Test
    void aServerThatStallsIsAskedAgain() throws IOException {
        hub.answers.addAll(List.of((exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, 1000);
            exchange.getResponseBody().flush();
            rest();
        }));
        assertArrayEquals(CONTENT, Files.readAllBytes(pull(hub.impatient(cache)).resolve("model.safetensors")));
        assertTrue(hub.downloads().getLast().contains("[bytes=1000-]"), hub.downloads().getLast());
    }

    @Test
    void aServerThatSaysNothingIsGivenUp() {
        for (int i = 0; i < 3; i++) {
            hub.descriptions.add((_, _) -> rest());
        }
        var problem = assertThrows(HubException.class, () -> pull(hub.impatient(cache)));
        assertTrue(problem.getMessage().contains("timed out"), problem.getMessage());
        assertEquals(3, hub.requests.size());
    }

    @Test
    void theTokenDoesNotTravelToOtherHosts() throws IOException {
        try (FakeHub store = new FakeHub().with("model.safetensors", CONTENT)) {
            hub.answers.addAll(List.of((exchange, _) -> {
                exchange.getResponseHeaders().set("Location", store.address() + "/blob/model.safetensors");
                FakeHub.send(exchange, 302, new byte[0]);
            }));
            try (Hub client = new Hub(hub.settings(cache, Optional.of("hf_secret"), 1))) {
                client.pull(FakeHub.NAME).run(_ -> {});
            }
            assertTrue(hub.requests.stream().allMatch(request -> request.endsWith("[Bearer hf_secret]")));
            assertEquals(List.of("/blob/model.safetensors [][][]"), store.requests);
        }
    }

    @ParameterizedTest
    @CsvSource({"/api/circle, redirects in circles", "file:///etc/passwd, redirects to no address",
            "'', redirects in circles", "'https://a b', redirects to no address"})
    void senselessRedirectsAreRefused(String location, String problem) {
        for (int i = 0; i < 20; i++) {
            hub.descriptions.add((exchange, _) -> {
                exchange.getResponseHeaders().set("Location", location);
                FakeHub.send(exchange, 307, new byte[0]);
            });
        }
        assertTrue(refused().contains(problem), problem);
    }

    @Test
    void aFileThatIsTooLongIsRefused() throws IOException {
        hub.answers
                .addAll(List.of((exchange, content) -> FakeHub.send(exchange, 200, Arrays.copyOf(content, 400_000))));
        assertEquals(FakeHub.NAME + ": model.safetensors is longer than the 300000 bytes that the hub states",
                refused());
        assertNothingPublished();
    }

    @Test
    void aFileThatIsTooShortIsRefusedAndItsPartIsKept() throws IOException {
        FakeHub.Answer half = (exchange, content) -> {
            exchange.getResponseHeaders().set("Content-Range", "bytes 150000-299999/300000");
            boolean resumed = exchange.getRequestHeaders().containsKey("Range");
            FakeHub.send(exchange, resumed ? 206 : 200, Arrays.copyOf(content, resumed ? 0 : 150_000));
        };
        hub.answers.addAll(List.of(half, half, half));
        assertTrue(refused().contains("ended after 150000 of 300000 bytes"), "the length");
        assertNothingPublished();
        assertArrayEquals(CONTENT, Files.readAllBytes(pull().resolve("model.safetensors")));
        assertTrue(hub.downloads().getLast().contains("[bytes=150000-]"), hub.downloads().getLast());
    }

    @Test
    void anotherContentIsRefused() throws IOException {
        hub.answers.addAll(List.of((exchange, content) -> FakeHub.send(exchange, 200, new byte[content.length])));
        assertTrue(refused().contains("model.safetensors is not what the hub published: its hash is "), "the hash");
        assertNothingPublished();
        assertArrayEquals(CONTENT, Files.readAllBytes(pull().resolve("model.safetensors")));
    }

    @Test
    void aPartThatDoesNotFitIsFetchedAgain() throws IOException {
        Path blobs = Files.createDirectories(new HubCache(cache).blob(FakeHub.NAME, HASH).getParent());
        Files.write(blobs.resolve(HASH + ".panext-incomplete"), new byte[1000]);
        assertArrayEquals(CONTENT, Files.readAllBytes(pull().resolve("model.safetensors")));
        assertEquals(2, hub.downloads().size());
    }

    @Test
    void aServerThatKnowsNoPartsIsServedAnew() throws IOException {
        hub.answers.addAll(List.of((exchange, content) -> FakeHub.truncate(exchange, content, 100_000),
                (exchange, content) -> FakeHub.send(exchange, 200, content)));
        assertArrayEquals(CONTENT, Files.readAllBytes(pull().resolve("model.safetensors")));
    }

    @Test
    void anotherPartThanWasAskedForIsNotTaken() throws IOException {
        hub.answers.addAll(
                List.of((exchange, content) -> FakeHub.truncate(exchange, content, 100_000), (exchange, content) -> {
                    exchange.getResponseHeaders().set("Content-Range", "bytes 0-299999/300000");
                    FakeHub.send(exchange, 206, content);
                }));
        assertArrayEquals(CONTENT, Files.readAllBytes(pull().resolve("model.safetensors")));
    }

    @ParameterizedTest
    @CsvSource({"401, 'not found, or not public (status 401): check the name, or set HF_TOKEN'",
            "403, 'not allowed (status 403): accept its terms on its page at the hub, and set HF_TOKEN'",
            "404, not found (status 404): check the name", "418, the server refuses (status 418)"})
    void aRefusalIsFinal(int status, String problem) {
        hub.descriptions.add((exchange, _) -> FakeHub.refuse(exchange, status));
        assertEquals(FakeHub.NAME + ": " + problem, refused());
        assertEquals(1, hub.requests.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 502, 503})
    void whatPassesIsWaitedFor(int status) throws IOException {
        FakeHub.Answer refusal = (exchange, _) -> {
            exchange.getResponseHeaders().set("Retry-After", "0");
            FakeHub.refuse(exchange, status);
        };
        hub.descriptions.add(refusal);
        hub.answers.addAll(List.of(refusal, refusal));
        assertArrayEquals(CONTENT, Files.readAllBytes(pull().resolve("model.safetensors")));
    }

    @Test
    void aServerThatWantsToBeLeftAloneIsLeftAlone() {
        hub.descriptions.add((exchange, _) -> {
            exchange.getResponseHeaders().set("Retry-After", "3600");
            FakeHub.refuse(exchange, 429);
        });
        assertEquals(FakeHub.NAME + ": too many requests: try again in 3600 s", refused());
        assertEquals(1, hub.requests.size());
        for (int i = 0; i < 3; i++) {
            hub.descriptions.add((exchange, _) -> FakeHub.refuse(exchange, 500));
        }
        assertEquals(FakeHub.NAME + ": the server is in trouble (status 500): try again later", refused());
    }

    @Test
    void anInterruptedPullGoesOn() throws IOException {
        hub.answers.addAll(List.of((exchange, content) -> FakeHub.truncate(exchange, content, 200_000)));
        assertThrows(HubException.class, () -> {
            try (Hub client = new Hub(hub.settings(cache, Optional.empty(), 1))) {
                client.pull(FakeHub.NAME).run(_ -> {});
            }
        });
        assertNothingPublished();
        assertArrayEquals(CONTENT, Files.readAllBytes(pull().resolve("model.safetensors")));
        int begin = begin(hub.downloads().getLast());
        assertTrue(begin > 0 && begin <= 200_000, hub.downloads().getLast());
    }

    @Test
    void twoPullsAtOnceFetchOnce() throws Exception {
        try (ExecutorService both = Executors.newFixedThreadPool(2)) {
            Future<Path> one = both.submit(() -> pull());
            Future<Path> other = both.submit(() -> pull());
            assertEquals(one.get(), other.get());
        }
        assertEquals(1, hub.downloads().size());
        assertArrayEquals(CONTENT, Files.readAllBytes(new HubCache(cache).find(FakeHub.NAME).orElseThrow().resolve(
                "model.safetensors")));
    }

    @Test
    void shardsComeWithTheirIndex() throws IOException {
        hub.files.clear();
        hub.with("model.safetensors.index.json", "{}".getBytes(StandardCharsets.UTF_8))
                .with("model-00001-of-00002.safetensors", CONTENT).with("model-00002-of-00002.safetensors", CONTENT)
                .with("other-00001-of-00002.safetensors", CONTENT);
        Path snapshot = pull();
        assertTrue(Files.exists(snapshot.resolve("model-00002-of-00002.safetensors")));
        assertFalse(Files.exists(snapshot.resolve("other-00001-of-00002.safetensors")));
    }

    @Test
    void aRepositoryWithoutACheckpointIsNamed() {
        hub.files.clear();
        assertTrue(refused().startsWith(FakeHub.NAME + ": holds no checkpoint; it could be one of model.safetensors"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "{}", "[", "{\"sha\": \"../../evil\"}",
            "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{\"rfilename\": "
                    + "\"model.safetensors\", \"size\": 5, \"lfs\": {\"sha256\": \"../../../evil\"}}]}",
            "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\", \"siblings\": [{\"rfilename\": "
                    + "\"model.safetensors\", \"size\": 5}]}"})
    void anAnswerThatIsNoHubsIsRefused(String answer) {
        hub.descriptions.add((exchange, _) -> FakeHub.send(exchange, 200, answer.getBytes(StandardCharsets.UTF_8)));
        assertTrue(refused().startsWith(FakeHub.NAME + ": the answer is not one of the Hugging Face hub"));
    }

    @Test
    void aCacheThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.createFile(cache.resolve("file"));
        HubException problem = assertThrows(HubException.class, () -> {
            try (Hub client = new Hub(hub.settings(file))) {
                client.pull(FakeHub.NAME).run(_ -> {});
            }
        });
        assertTrue(problem.getMessage().contains("cannot be written") && problem.getMessage().contains("HF_HOME"),
                problem.getMessage());
    }

    @Test
    void offlineMeansOffline() {
        HubSettings online = hub.settings(cache);
        HubSettings offline = new HubSettings(online.endpoint(), online.token(), online.cache(), true, online
                .proxies(), online.patience(), 1, Duration.ZERO);
        try (Hub client = new Hub(offline)) {
            assertEquals(FakeHub.NAME + ": is not fetched, because HF_HUB_OFFLINE is set", assertThrows(
                    HubException.class, () -> client.pull(FakeHub.NAME)).getMessage());
        }
        assertEquals(List.of(), hub.requests);
    }

    @Test
    void aServerThatIsNotThereIsNamed() {
        hub.close();
        assertTrue(refused().startsWith(FakeHub.NAME + ": cannot connect to localhost"), "the host");
    }

    @Test
    void theLicenceIsTimmsOrTheModelCards() throws IOException {
        hub.licensed("[\"cc-by-nc-4.0\"]");
        try (Hub client = new Hub(hub.settings(cache))) {
            assertEquals(Optional.of("apache-2.0"), client.pull(FakeHub.NAME).licence());
        }
        byte[] card = "{\"sha\":\"%s\",\"cardData\":{\"license\":[\"other\"]}}".formatted(FakeHub.COMMIT).getBytes(
                StandardCharsets.UTF_8);
        assertEquals(Optional.of("other"), Repository.parse("some/model", card).licence());
    }

    @Test
    void requestsGoThroughTheProxyOfTheEnvironment() throws IOException {
        HubSettings direct = hub.settings(cache);
        EnvironmentProxies proxies = EnvironmentProxies.of(Map.of("http_proxy", hub.address().toString(), "no_proxy",
                "example.org"));
        HubSettings proxied = new HubSettings(URI.create("http://hub.invalid"), Optional.empty(), direct
                .cache(), false, proxies, direct.patience(), 1, Duration.ZERO);
        try (Hub client = new Hub(proxied)) {
            Path snapshot = client.pull(FakeHub.NAME).run(_ -> {});
            assertArrayEquals(CONTENT, Files.readAllBytes(snapshot.resolve("model.safetensors")));
        }
    }

    private Path pull() throws IOException {
        return pull(hub.settings(cache));
    }

    private static Path pull(HubSettings settings) throws IOException {
        try (Hub client = new Hub(settings)) {
            return client.pull(FakeHub.NAME).run(_ -> {});
        }
    }

    private String refused() {
        return assertThrows(HubException.class, this::pull).getMessage();
    }

    private void assertNothingPublished() {
        assertEquals(Optional.empty(), new HubCache(cache).find(FakeHub.NAME));
        assertFalse(Files.exists(new HubCache(cache).blob(FakeHub.NAME, HASH)));
    }

    private static void rest() {
        try {
            Thread.sleep(5 * FakeHub.IMPATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
