package io.panext.hub;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;

/**
 * A file of a repository.
 *
 * @param name its name; it is in no folder
 * @param size in bytes
 * @param hash of its content, hexadecimal: SHA-256 of what Git LFS keeps, Git's own SHA-1 of other files
 */
record HubFile(String name, long size, String hash) {

    private static final int SHA_256_DIGITS = 64;
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{" + SHA_256_DIGITS + "}");
    private static final Pattern NAME = Pattern.compile("\\w[\\w.-]*");

    /** @throws IllegalArgumentException if the name could lead elsewhere, or hash or size are none */
    HubFile {
        if (!isPlain(name) || !HASH.matcher(hash).matches() || size < 0) {
            throw new IllegalArgumentException(
                    "the hub lists a file '" + name + "' of " + size + " bytes with the hash '"
                            + hash + "'");
        }
    }

    /** Whether a name leads nowhere else. */
    static boolean isPlain(String name) {
        return NAME.matcher(name).matches();
    }

    /** Begins to compute the hash of a file of this size. */
    MessageDigest digest() {
        try {
            if (hash.length() == SHA_256_DIGITS) {
                return MessageDigest.getInstance("SHA-256");
            }
            MessageDigest git = MessageDigest.getInstance("SHA-1");
            git.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
            return git;
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
