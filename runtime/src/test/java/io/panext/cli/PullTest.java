package io.panext.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.panext.ConvNeXt;
import io.panext.JavaProcess;
import io.panext.zoo.Catalogue;
import io.panext.zoo.checkpoint.Safetensors;
import io.panext.zoo.checkpoint.Safetensors.FloatTensor;
import io.panext.zoo.checkpoint.SyntheticCheckpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from a hub on this machine, in processes of their own, whose environment names it. */
class PullTest {

    private static final String TAG = "convnextv2_atto.fcmae_ft_in1k";
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    private Path folder;

    @Test
    void whatWasPulledOpensByItsNameWithoutANetwork() throws Exception {
        byte[] model = model();
        HttpServer hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/api/models/timm/" + TAG, exchange -> send(exchange, description(model)));
        hub.createContext("/timm/" + TAG + "/resolve/" + COMMIT + "/model.safetensors",
                exchange -> send(exchange, model));
        hub.start();
        String endpoint = "http://localhost:" + hub.getAddress().getPort();

        Invocation unasked = panext(endpoint, "pull", TAG);
        assertEquals(1, unasked.status());
        assertEquals(List.of("panext: " + TAG + ": licence cc-by-nc-4.0: it may forbid commercial use; read it before "
                + "you use the weights", "panext: " + TAG + ": not fetched; --accept-license accepts the licence"),
                unasked.errLines().stream().filter(line -> line.startsWith("panext")).toList());

        Invocation pulled = panext(endpoint, "pull", TAG, "--accept-license");
        hub.stop(0);
        assertEquals(0, pulled.status(), pulled.err());
        Path snapshot = folder.resolve("hub/models--timm--" + TAG + "/snapshots/" + COMMIT);
        assertEquals(snapshot.toString(), pulled.out().strip());

        Invocation classified = panext(endpoint, "classify", "--model", TAG, Invocation.CAT.toString());
        assertEquals(0, classified.status(), classified.err());
        assertEquals(5, classified.outLines().size());
        assertTrue(classified.err().contains("preprocessing is assumed to be that of " + TAG), classified.err());
        assertEquals(0, panext(endpoint, "inspect", TAG).status());
    }

    @Test
    void whatCannotBePulledIsExplained() {
        assertEquals("panext: unknown model 'convnext_tiny.fb_in1K': did you mean convnext_tiny.fb_in1k?",
                Invocation.of(
                        "pull", "convnext_tiny.fb_in1K").err().strip());
        assertEquals("panext: convnext_tiny is an architecture; panext models convnext_tiny lists its weights",
                Invocation.of("pull", "convnext_tiny").err().strip());
        assertEquals("panext: convnext_tiny.tv_in1k is not on the hub; it can be had at "
                + "https://download.pytorch.org/models/convnext_tiny-983f1562.pth",
                Invocation.of("pull", "convnext_tiny.tv_in1k").err().strip());
        assertEquals("panext: unknown model 'facebook/convnext-tiny-224': a repository of Hugging Face is named "
                + "hf:facebook/convnext-tiny-224", Invocation.of("pull", "facebook/convnext-tiny-224").err().strip());
        assertEquals("panext: " + ConvNeXt.EMBEDDED + " is embedded: there is nothing to fetch",
                Invocation.of("pull", ConvNeXt.EMBEDDED).err().strip());
        assertTrue(Invocation.of("pull", "hf:nobody").err().contains("is no repository's name"));
    }

    private Invocation panext(String endpoint, String... args) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder command = JavaProcess.of(Main.class, List.of(JavaProcess.VECTOR_API), List.of(args))
                .redirectOutput(out.toFile()).redirectError(err.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        command.environment().keySet().removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
        command.environment().putAll(Map.of("HF_ENDPOINT", endpoint, "HF_HUB_CACHE", folder.resolve("hub").toString(),
                "HF_TOKEN", "hf_test"));
        int status = command.start().waitFor();
        return new Invocation(status, Files.readString(out), Files.readString(err));
    }

    private byte[] model() throws IOException {
        SyntheticCheckpoint values = SyntheticCheckpoint.of(Catalogue.get("convnextv2_atto").spec());
        var tensors = new LinkedHashMap<String, FloatTensor>();
        values.tensors().forEach((name, info) -> tensors.put(name, FloatTensor.of(info.shape(), values.floats(name))));
        Path file = folder.resolve("source.safetensors");
        Safetensors.write(file, tensors, Map.of());
        return Files.readAllBytes(file);
    }

    private static byte[] description(byte[] model) {
        try {
            String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(model));
            return """
                   {"sha": "%s", "siblings": [{"rfilename": "model.safetensors", "size": %d, "lfs": {"sha256": "%s"}}]}
                   """.formatted(COMMIT, model.length, hash).getBytes(StandardCharsets.UTF_8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
        exchange.close();
    }
}
