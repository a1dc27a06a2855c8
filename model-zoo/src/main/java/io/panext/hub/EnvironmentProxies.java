package io.panext.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The proxies that the environment names, as curl reads it; where it names none, the system's. */
public final class EnvironmentProxies extends ProxySelector {

    private final Map<String, Proxy> byScheme;
    private final List<String> direct;

    private EnvironmentProxies(Map<String, Proxy> byScheme, List<String> direct) {
        this.byScheme = byScheme;
        this.direct = direct;
    }

    /**
     * Reads {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}, in upper or lower case.
     *
     * @throws IllegalArgumentException if a proxy's address cannot be used
     */
    public static EnvironmentProxies of(Map<String, String> environment) {
        Optional<Proxy> all = value(environment, "all_proxy").map(EnvironmentProxies::proxy);
        var byScheme = new HashMap<String, Proxy>();
        for (String scheme : List.of("http", "https")) {
            value(environment, scheme + "_proxy").map(EnvironmentProxies::proxy).or(() -> all)
                    .ifPresent(proxy -> byScheme.put(scheme, proxy));
        }
        List<String> direct = value(environment, "no_proxy").stream().flatMap(hosts -> Stream.of(hosts.split(",")))
                .map(host -> host.strip().toLowerCase(Locale.ROOT).replaceFirst("^\\*?\\.", ""))
                .filter(host -> !host.isEmpty()).toList();
        return new EnvironmentProxies(Map.copyOf(byScheme), direct);
    }

    @Override
    public List<Proxy> select(URI uri) {
        String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
        if (direct.stream().anyMatch(name -> name.equals("*") || host.equals(name) || host.endsWith("." + name))) {
            return List.of(Proxy.NO_PROXY);
        }
        Proxy proxy = byScheme.get(uri.getScheme());
        return proxy != null ? List.of(proxy) : ProxySelector.getDefault().select(uri);
    }

    /** {@inheritDoc} The request fails, and says so. */
    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException e) {}

    private static Proxy proxy(String address) {
        URI uri;
        try {
            uri = URI.create(address.contains("://") ? address : "http://" + address);
        } catch (IllegalArgumentException e) {
            // its message is the address, and that may hold a password
            uri = URI.create("");
        }
        if (uri.getHost() == null || !"http".equals(uri.getScheme()) || uri.getUserInfo() != null) {
            throw new IllegalArgumentException("the proxy must be given as http://host:port, without a password");
        }
        return new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(),
                uri.getPort() < 0 ? 80 : uri.getPort()));
    }

    private static Optional<String> value(Map<String, String> environment, String name) {
        return Stream.of(name, name.toUpperCase(Locale.ROOT)).map(environment::get)
                .filter(value -> value != null && !value.isBlank()).map(String::strip).findFirst();
    }
}
