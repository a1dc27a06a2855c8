package io.panext.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** The file formats that are read, each known by its first bytes. */
enum ImageFormat {
    PNG("\u0089PNG\r\n\u001a\n"),
    JPEG("\u00ff\u00d8\u00ff"),
    WEBP("RIFF....WEBP"),
    GIF("GIF8[79]a"),
    BMP("BM");

    private static final int LONGEST_SIGNATURE = 12;

    private final Pattern signature;

    ImageFormat(String signature) {
        this.signature = Pattern.compile(signature, Pattern.DOTALL);
    }

    /** Returns the format of a file's content. */
    static Optional<ImageFormat> of(byte[] file) {
        String head = new String(file, 0, Math.min(file.length, LONGEST_SIGNATURE), ISO_8859_1);
        return Arrays.stream(values()).filter(f -> f.signature.matcher(head).lookingAt()).findFirst();
    }
}
