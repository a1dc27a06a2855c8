package io.panext.onednn;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The library inside {@code org.bytedeco:dnnl}, if that is on the class path.
 *
 * <p>It is unpacked once into the {@linkplain CacheFolder cache}; its SHA-256 must be the one that panext knows. Later its
 * length and CRC-32 are compared, which takes milliseconds.
 */
final class BundledLibrary {

    /** Where the library is published. */
    static final String ARTIFACT = "org.bytedeco:dnnl:3.11-1.5.13";

    private static final String FILES = "libraries.txt";

    private final Platform platform;
    private final ClassLoader loader;
    private final List<Sum> sums;

    /** What a file must be. */
    private record Sum(String platform, String file, long bytes, long crc, String sha256) {

        static Sum of(String line) {
            String[] parts = line.split(" +", 5);
            return new Sum(parts[0], parts[1], Long.parseLong(parts[2]), Long.parseLong(parts[3], 16), parts[4]);
        }
    }

    BundledLibrary(Platform platform, ClassLoader loader) throws IOException {
        this.platform = platform;
        this.loader = loader;
        try (InputStream in = BundledLibrary.class.getResourceAsStream(FILES);
                var reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            this.sums = reader.lines().filter(line -> !line.startsWith("#")).map(Sum::of)
                    .filter(sum -> sum.platform().equals(platform.name())).toList();
        }
    }

    /** Returns the library that comes with the class path, if there is one. */
    static Optional<BundledLibrary> find(Platform platform) throws IOException {
        return isPresent(platform)
                ? Optional.of(new BundledLibrary(platform, BundledLibrary.class.getClassLoader()))
                : Optional.empty();
    }

    /** Returns whether the class path has it. */
    static boolean isPresent(Platform platform) {
        return BundledLibrary.class.getClassLoader()
                .getResource(resource(platform, platform.files().getFirst())) != null;
    }

    private static String resource(Platform platform, String file) {
        return "org/bytedeco/dnnl/" + platform.name() + "/" + file;
    }

    /**
     * Returns the unpacked library.
     *
     * @throws OnednnUnavailableException if what is there is damaged, or belongs to somebody who lets nobody read it, or if
     *                                    the class path has another version of it
     * @throws IOException                if it cannot be unpacked
     */
    Path unpacked(CacheFolder cache) throws IOException, OnednnUnavailableException {
        Path folder = cache.folder("onednn-" + sums.getFirst().sha256().substring(0, 16), this::unpack);
        for (Sum sum : sums) {
            Path file = folder.resolve(sum.file());
            if (!isSound(file, sum)) {
                throw new OnednnUnavailableException(file + " is damaged: remove " + folder
                        + ", and it will be unpacked again");
            }
        }
        return folder.resolve(platform.files().getFirst());
    }

    private static boolean isSound(Path file, Sum sum) throws IOException, OnednnUnavailableException {
        try {
            return Files.size(file) == sum.bytes() && crc(file) == sum.crc();
        } catch (NoSuchFileException e) {
            return false;
        } catch (AccessDeniedException e) {
            throw new OnednnUnavailableException(
                    file + " cannot be read: let this user read it; " + CacheFolder.REMEDY, e);
        }
    }

    private void unpack(Path folder) throws IOException, OnednnUnavailableException {
        for (Sum sum : sums) {
            String source = resource(platform, sum.file());
            InputStream bundled = loader.getResourceAsStream(source);
            if (bundled == null) {
                throw new OnednnUnavailableException("the class path has no " + source + ": panext needs that of "
                        + ARTIFACT);
            }
            MessageDigest digest = sha256();
            try (InputStream in = new DigestInputStream(bundled, digest)) {
                Files.copy(in, folder.resolve(sum.file()));
            }
            String actual = HexFormat.of().formatHex(digest.digest());
            if (!actual.equals(sum.sha256())) {
                throw new OnednnUnavailableException(source + " on the class path is not that of " + ARTIFACT
                        + ", which panext needs");
            }
        }
    }

    /** Reads and does not map: what is mapped counts as resident until it is collected, and an operator counts memory. */
    private static long crc(Path file) throws IOException {
        var crc = new CRC32();
        ByteBuffer part = ByteBuffer.allocateDirect(1 << 18);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(part) >= 0) {
                crc.update(part.flip());
                part.clear();
            }
        }
        return crc.getValue();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
