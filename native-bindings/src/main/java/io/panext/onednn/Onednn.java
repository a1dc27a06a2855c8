package io.panext.onednn;

import io.panext.onednn.jextract.Dnnl;
import io.panext.onednn.jextract.dnnl_version_t;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * oneDNN, loaded into this process.
 *
 * <p>It is the file that the system property {@code panext.onednn} names, or else the library inside
 * {@code org.bytedeco:dnnl} on the class path, unpacked once into the {@linkplain CacheFolder cache}. It runs in the
 * threads that call it and starts none of its own.
 *
 * @param version version of the library: {@code 3.11.0}
 * @param isa     instructions that it uses on this machine
 * @param file    where the library is
 */
public record Onednn(String version, Isa isa, Path file) {

    private static final int MAJOR = 3;
    private static final int OLDEST_GLIBC_MINOR = 34;

    /** Environment variables that hold oneDNN to older instructions, the first of which counts. */
    private static final List<String> LIMITS = List.of("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA");

    /** What to do where there is no oneDNN. */
    public static final String ABSENT = "oneDNN is not on the class path: add " + BundledLibrary.ARTIFACT
            + " with the classifier of this platform, or name an installed one with -Dpanext.onednn";

    /** The one attempt of this process, since a library cannot be unloaded: oneDNN, if it is there, or what hindered. */
    private record Attempt(Optional<Onednn> found, Optional<OnednnUnavailableException> failure) {

        private static final Attempt ONLY = now();

        private static Attempt now() {
            try {
                return new Attempt(loadNow(), Optional.empty());
            } catch (OnednnUnavailableException e) {
                return new Attempt(Optional.empty(), Optional.of(e));
            } catch (IllegalCallerException e) {
                return failed("oneDNN may not be loaded: Java needs --enable-native-access=ALL-UNNAMED", e);
            } catch (RuntimeException e) {
                return failed("oneDNN cannot be used: " + e, e);
            }
        }

        private static Attempt failed(String message, RuntimeException cause) {
            return new Attempt(Optional.empty(), Optional.of(new OnednnUnavailableException(message, cause)));
        }
    }

    /**
     * Loads oneDNN, once in a process.
     *
     * @return nothing if there is none: neither on the class path nor named
     * @throws OnednnUnavailableException if there is one that cannot be used; the message says why
     */
    public static Optional<Onednn> find() throws OnednnUnavailableException {
        if (Attempt.ONLY.failure().isPresent()) {
            OnednnUnavailableException failure = Attempt.ONLY.failure().get();
            throw new OnednnUnavailableException(failure.getMessage(), failure);
        }
        return Attempt.ONLY.found();
    }

    /**
     * Names what {@link #find} would load, and the instructions that it is held to, without loading it: what measured times
     * depend on. Nothing if there is none.
     */
    public static Optional<String> identity() {
        Optional<String> library = installed().map(Onednn::identity)
                .or(() -> Platform.current().filter(BundledLibrary::isPresent).map(_ -> BundledLibrary.ARTIFACT));
        return library.map(name -> Stream.concat(Stream.of(name), LIMITS.stream().map(System::getenv)
                .filter(Objects::nonNull)).collect(Collectors.joining(" at most ")));
    }

    private static String identity(Path file) {
        try {
            return file.toRealPath() + " of " + Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return file + " that cannot be read";
        }
    }

    private static Optional<Path> installed() {
        return Optional.ofNullable(System.getProperty("panext.onednn")).map(Path::of);
    }

    private static Optional<Onednn> loadNow() throws OnednnUnavailableException {
        Optional<Path> file;
        try {
            file = locate(CacheFolder.ofUser());
        } catch (IOException e) {
            throw new OnednnUnavailableException("oneDNN cannot be unpacked into " + CacheFolder.ofUser().path() + " ("
                    + e + "); " + CacheFolder.REMEDY, e);
        }
        if (file.isEmpty()) {
            return Optional.empty();
        }
        OpenMp.withOneThread(() -> load(file.get()));
        return Optional.of(inspect(file.get()));
    }

    /** Returns the library to load, unpacked and checked, if there is one. */
    static Optional<Path> locate(CacheFolder cache) throws IOException, OnednnUnavailableException {
        Optional<Path> installed = installed();
        Optional<Platform> platform = Platform.current();
        if (installed.isPresent()) {
            return Optional.of(checked(installed.get(), platform));
        }
        Optional<BundledLibrary> bundled = platform.isPresent()
                ? BundledLibrary.find(platform.get())
                : Optional.empty();
        if (bundled.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(bundled.get().unpacked(cache));
    }

    private static Path checked(Path file, Optional<Platform> platform) throws OnednnUnavailableException {
        if (!Files.isReadable(file)) {
            throw new OnednnUnavailableException("there is no " + file + " that could be read (panext.onednn)");
        }
        if (!Files.isRegularFile(file)) {
            throw new OnednnUnavailableException("'" + file + "' is not a file (panext.onednn)");
        }
        try {
            Path real = file.toRealPath();
            if (platform.isPresent() && platform.get().isLinux()) {
                requireWhole(real, platform.get());
            }
            return real;
        } catch (IOException e) {
            throw new OnednnUnavailableException(file + " cannot be read (panext.onednn): " + e, e);
        }
    }

    /** Looks at a library and at what it needs, if that is beside it. */
    private static void requireWhole(Path library, Platform platform) throws IOException, OnednnUnavailableException {
        for (String name : platform.files()) {
            Path file = name.equals(platform.files().getFirst()) ? library : library.resolveSibling(name);
            Optional<String> defect = Files.exists(file) ? ElfFile.defect(file, platform) : Optional.empty();
            if (defect.isPresent()) {
                throw new OnednnUnavailableException(file + " " + defect.get() + " (panext.onednn)");
            }
        }
    }

    private static void load(Path file) throws OnednnUnavailableException {
        try {
            System.load(file.toString());
        } catch (UnsatisfiedLinkError e) {
            throw new OnednnUnavailableException(
                    oldGlibc().orElseGet(() -> "oneDNN cannot be loaded: " + e.getMessage()), e);
        }
    }

    /** Says what is wrong with the C library, if it is that: asked for once loading has failed, since to ask takes time. */
    private static Optional<String> oldGlibc() {
        if (!Platform.current().map(Platform::isLinux).orElse(false)) {
            return Optional.empty();
        }
        Linker linker = Linker.nativeLinker();
        String version = linker.defaultLookup().find("gnu_get_libc_version")
                .map(address -> linker.downcallHandle(address, FunctionDescriptor.of(ValueLayout.ADDRESS)))
                .map(Onednn::string).orElse("none");
        return isRecentGlibc(version)
                ? Optional.empty()
                : Optional.of("oneDNN needs glibc 2." + OLDEST_GLIBC_MINOR + " or newer; this system has " + version);
    }

    static boolean isRecentGlibc(String version) {
        Matcher minor = Pattern.compile("2\\.(\\d{1,9})").matcher(version);
        return minor.lookingAt() && Integer.parseInt(minor.group(1)) >= OLDEST_GLIBC_MINOR;
    }

    private static String string(MethodHandle function) {
        try {
            return ((MemorySegment) function.invokeExact()).reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static Onednn inspect(Path file) throws OnednnUnavailableException {
        if (SymbolLookup.loaderLookup().find("dnnl_version").isEmpty()) {
            throw new OnednnUnavailableException(file + " is not oneDNN");
        }
        MemorySegment version = Dnnl.dnnl_version().reinterpret(dnnl_version_t.layout().byteSize());
        String name = dnnl_version_t.major(version) + "." + dnnl_version_t.minor(version) + "."
                + dnnl_version_t.patch(version);
        if (dnnl_version_t.major(version) != MAJOR) {
            throw new OnednnUnavailableException(file + " is oneDNN " + name + ", and panext needs " + MAJOR + ".x");
        }
        if (!OpenMp.isSingleThreaded(dnnl_version_t.cpu_runtime(version))) {
            throw new OnednnUnavailableException(
                    file + " would start threads of its own: panext needs oneDNN with OpenMP or sequential");
        }
        return new Onednn(name, Isa.current(), file);
    }
}
