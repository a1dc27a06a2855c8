package io.panext.onednn;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An operating system and processor that oneDNN is published for.
 *
 * @param name  as in the classifiers of {@code org.bytedeco:dnnl}
 * @param files the library itself, first, and what it needs beside it
 */
record Platform(String name, List<String> files) {

    private static final List<Platform> ALL = List.of(
            new Platform("linux-x86_64", List.of("libdnnl.so.3", "libgomp.so.1")),
            new Platform("linux-arm64", List.of("libdnnl.so.3", "libgomp.so.1")),
            new Platform("macosx-arm64", List.of("libdnnl.3.dylib", "libomp.dylib")),
            new Platform("windows-x86_64", List.of("dnnl.dll")));

    static Optional<Platform> current() {
        return of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    static Optional<Platform> of(String system, String processor) {
        String os = system.toLowerCase(Locale.ROOT);
        String family = os.contains("linux") ? "linux" : os.contains("mac") ? "macosx" : "windows";
        String cpu = switch (processor.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x86-64" -> "x86_64";
            case "aarch64", "arm64" -> "arm64";
            default -> processor;
        };
        return ALL.stream().filter(platform -> platform.name.equals(family + "-" + cpu)).findFirst();
    }

    boolean isLinux() {
        return name.startsWith("linux");
    }
}
