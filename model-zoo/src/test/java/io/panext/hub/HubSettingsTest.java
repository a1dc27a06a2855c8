package io.panext.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubSettingsTest {

    private static final Path HOME = Path.of("/home/me");

    @TempDir
    private Path folder;

    @Test
    void withoutVariablesItIsThePublicHub() {
        HubSettings settings = HubSettings.of(Map.of(), HOME);
        assertEquals(URI.create("https://huggingface.co"), settings.endpoint());
        assertEquals(HOME.resolve(".cache/huggingface/hub"), settings.cache().folder());
        assertEquals(Optional.empty(), settings.token());
        assertTrue(!settings.offline());
    }

    @ParameterizedTest
    @CsvSource({"HF_HUB_CACHE, /data/hub, /data/hub", "HF_HOME, ~/hf, /home/me/hf/hub",
            "XDG_CACHE_HOME, /cache, /cache/huggingface/hub"})
    void theCacheIsWhereTheEnvironmentHasIt(String variable, String value, Path expected) {
        assertEquals(expected, HubSettings.of(Map.of(variable, value), HOME).cache().folder());
    }

    @Test
    void aTokenIsAVariableOrAFile() throws IOException {
        assertEquals(Optional.of("hf_a"), HubSettings.of(Map.of("HF_TOKEN", " hf_a\n"), HOME).token());
        Files.writeString(folder.resolve("token"), "hf_b\n");
        assertEquals(Optional.of("hf_b"), HubSettings.of(Map.of("HF_HOME", folder.toString()), HOME).token());
    }

    @Test
    void aTokenIsNotPrinted() {
        String printed = HubSettings.of(Map.of("HF_TOKEN", "hf_secret"), HOME).toString();
        assertFalse(printed.contains("hf_secret"), printed);
        assertTrue(printed.contains("endpoint=https://huggingface.co, token=hidden"), printed);
    }

    @Test
    void aMirrorIsAnAddressThatMayHaveAToken() {
        assertEquals(URI.create("https://hub.example.org/hf"), HubSettings.of(Map.of("HF_ENDPOINT",
                "https://hub.example.org/hf/"), HOME).endpoint());
        assertThrows(IllegalArgumentException.class, () -> HubSettings.of(Map.of("HF_ENDPOINT", "ftp://a"), HOME));
        var problem = assertThrows(IllegalArgumentException.class, () -> HubSettings.of(Map.of("HF_ENDPOINT",
                "http://mirror", "HF_TOKEN", "hf_secret"), HOME));
        assertTrue(problem.getMessage().contains("is not encrypted") && !problem.getMessage().contains("hf_secret"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "true", "YES", "on"})
    void offlineIsYes(String yes) {
        assertTrue(HubSettings.of(Map.of("HF_HUB_OFFLINE", yes), HOME).offline());
    }

    @ParameterizedTest
    @CsvSource({"https://huggingface.co, proxy:3128", "http://huggingface.co, ''", "https://in.example.org, ''",
            "https://example.org, ''", "https://notexample.org, proxy:3128"})
    void proxiesAreForTheirSchemesAndNotForAllHosts(URI uri, String expected) {
        List<Proxy> proxies = EnvironmentProxies.of(Map.of("HTTPS_PROXY", "http://proxy:3128", "NO_PROXY",
                "localhost, .example.org")).select(uri);
        String address = proxies.getFirst().address() instanceof InetSocketAddress proxy
                ? proxy.getHostString() + ":" + proxy.getPort()
                : "";
        assertEquals(expected, address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://me:secret@proxy", "http://me:secret^1@proxy", "me:secret@ proxy"})
    void aProxyWithAPasswordIsRefusedWithoutSayingIt(String address) {
        var problem = assertThrows(IllegalArgumentException.class,
                () -> EnvironmentProxies.of(Map.of("all_proxy", address)));
        assertEquals("the proxy must be given as http://host:port, without a password", problem.getMessage());
        assertNull(problem.getCause());
    }

    @Test
    void anEndpointThatIsNoAddressIsNamed() {
        var problem = assertThrows(IllegalArgumentException.class,
                () -> HubSettings.of(Map.of("HF_ENDPOINT", "http://a b"), Path.of("/home")));
        assertTrue(problem.getMessage().startsWith("HF_ENDPOINT is no address such as https://huggingface.co: "),
                problem::getMessage);
    }
}
