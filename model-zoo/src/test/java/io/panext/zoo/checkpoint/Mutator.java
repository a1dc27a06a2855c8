package io.panext.zoo.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Damages files, the same way for the same seed: bits, bytes, lengths and offsets, digits, what is cut off, repeated,
 * moved or nested.
 */
final class Mutator {

    private static final int MOST_CHANGES = 3;
    private static final int LARGEST_BLOCK = 64;
    private static final int DEEPEST_NESTING = 20_000;

    private static final List<String> TOKENS = List.of("[", "{\"a\":", "(", "}", "]", "\"", ",", "9999999999999999999",
            "-1", "1e999", "__metadata__", "\"F64\"", "\\u0000", "\u0080\u0002", "cos\nsystem\n", "PK\1\2", "PK\3\4",
            "PK\5\6", "PK\6\6", "PK\6\7", "(t", "R", "Q", "0", "1", "2", "b", "s", "u", "e", "l", "h\0", "q\0", ".");

    private final Random random;

    Mutator(long seed) {
        this.random = new Random(seed);
    }

    /**
     * Returns a damaged copy.
     *
     * @param head bytes at the beginning that are worth more attention than the rest
     * @param tail bytes at the end, likewise
     */
    byte[] mutate(byte[] sound, int head, int tail) {
        byte[] file = sound.clone();
        for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
            file = change(file, place(file.length, head, tail));
        }
        return file;
    }

    /** Nine changes in ten are where structure is. */
    private int place(int length, int head, int tail) {
        int first = Math.min(head, length);
        int last = Math.min(tail, length - first);
        int within = random.nextInt(10) == 0 || first + last == 0
                ? random.nextInt(Math.max(1, length))
                : random.nextInt(first + last);
        return within < first ? within : Math.max(0, Math.min(length - 1, length - last + within - first));
    }

    private byte[] change(byte[] file, int at) {
        if (file.length == 0) {
            return file;
        }
        int block = Math.min(1 + random.nextInt(LARGEST_BLOCK), file.length - at);
        switch (random.nextInt(12)) {
            case 0, 1 -> file[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
            case 2 -> file[at] = (byte) random.nextInt(256);
            case 3 -> integer(file, at, Integer.BYTES);
            case 4 -> integer(file, at, Long.BYTES);
            case 5 -> {
                return digits(file, at);
            }
            case 6 -> {
                return Arrays.copyOf(file, random.nextBoolean() ? at : file.length - Math.min(file.length, block));
            }
            case 7 -> {
                return splice(file, at, block, new byte[0]);
            }
            case 8 -> {
                return splice(file, at, 0, Arrays.copyOfRange(file, at, at + block));
            }
            case 9 -> System.arraycopy(file, random.nextInt(file.length - block + 1), file, at, block);
            case 10 -> {
                return splice(file, at, 0, token());
            }
            default -> {
                return Arrays.copyOf(file, file.length + block);
            }
        }
        return file;
    }

    private byte[] token() {
        byte[] token = TOKENS.get(random.nextInt(TOKENS.size())).getBytes(StandardCharsets.ISO_8859_1);
        int times = random.nextInt(8) == 0 ? random.nextInt(DEEPEST_NESTING) : 1;
        byte[] repeated = new byte[token.length * times];
        for (int i = 0; i < repeated.length; i++) {
            repeated[i] = token[i % token.length];
        }
        return repeated;
    }

    private void integer(byte[] file, int at, int bytes) {
        long[] values = {0, 1, -1, Byte.MAX_VALUE, 0xFF, Short.MAX_VALUE, 0xFFFF, Integer.MAX_VALUE, Integer.MIN_VALUE,
                0xFFFFFFFFL, Long.MAX_VALUE, Long.MIN_VALUE, file.length, file.length - 1L, file.length + 1L, at};
        byte[] value = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(values[random.nextInt(values.length)]).array();
        System.arraycopy(value, 0, file, at, Math.min(bytes, file.length - at));
    }

    /** Gives the next number in a text another value. */
    private byte[] digits(byte[] file, int from) {
        int begin = from;
        while (begin < file.length && begin < from + LARGEST_BLOCK && !Character.isDigit(file[begin])) {
            begin++;
        }
        int end = begin;
        while (end < file.length && Character.isDigit(file[end])) {
            end++;
        }
        String[] values = {"0", "1", "2147483647", "2147483648", "4294967296", "9223372036854775807",
                "99999999999999999999", "-1", "1.5", Integer.toString(random.nextInt(1 << 20))};
        return splice(file, begin, end - begin, values[random.nextInt(values.length)].getBytes(
                StandardCharsets.US_ASCII));
    }

    private static byte[] splice(byte[] file, int at, int removed, byte[] inserted) {
        byte[] spliced = new byte[file.length - removed + inserted.length];
        System.arraycopy(file, 0, spliced, 0, at);
        System.arraycopy(inserted, 0, spliced, at, inserted.length);
        System.arraycopy(file, at + removed, spliced, at + inserted.length, file.length - at - removed);
        return spliced;
    }
}
