package io.panext.zoo.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipException;

/**
 * Where the entries of a zip archive lie, which {@code java.util.zip} keeps to itself and mapping needs.
 *
 * <p>Field positions are those of PKWARE's
 * <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">APPNOTE</a>, sections 4.3.7 to 4.5.3.
 */
final class ZipDirectory {

    private static final int MAX_ENTRIES = 200_000;
    private static final int LONGEST_NAME = 1000;

    private static final int END_BYTES = 22;
    private static final int LONGEST_COMMENT = 0xFFFF;
    private static final int LOCATOR_BYTES = 20;
    private static final int ENTRY_BYTES = 46;
    private static final int LOCAL_BYTES = 30;

    private static final int END = 0x06054B50;
    private static final int ZIP64_LOCATOR = 0x07064B50;
    private static final int ZIP64_END = 0x06064B50;
    private static final int ENTRY = 0x02014B50;
    private static final int LOCAL = 0x04034B50;

    private static final int ZIP64_EXTRA = 1;
    private static final long IN_ZIP64_EXTRA = 0xFFFFFFFFL;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment file;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(boolean encrypted, int method, int checksum, long compressedSize, long size, long position) {}

    /** @throws ZipException if the directory is not there or does not fit the file */
    ZipDirectory(MemorySegment file) throws ZipException {
        this.file = file;
        try {
            read();
        } catch (IndexOutOfBoundsException e) {
            throw damaged("its directory points beyond its end", e);
        }
    }

    /** Whether a file begins as a zip archive does. */
    static boolean recognises(MemorySegment file) {
        return file.byteSize() >= Integer.BYTES && file.get(INT, 0) == LOCAL;
    }

    /** Names of all entries, in the directory's order. */
    Set<String> names() {
        return entries.keySet();
    }

    /** Size of the whole archive. */
    long byteSize() {
        return file.byteSize();
    }

    /** Size of an entry's content, as the directory has it. */
    long size(String name) {
        return entries.get(name).size;
    }

    /** Whether an entry's content has to be copied to be read. */
    boolean isCompressed(String name) {
        return entries.get(name).method != STORED;
    }

    /**
     * Returns an entry's content: a part of the file if it was stored as it is, else a copy.
     *
     * @param arena where to put the copy
     * @throws ZipException if the entry is damaged, encrypted or compressed in an unusual way
     */
    MemorySegment content(String name, Arena arena) throws ZipException {
        Entry entry = entries.get(name);
        require(!entry.encrypted, "entry " + name + " is encrypted");
        try {
            require(file.get(INT, entry.position) == LOCAL, "entry " + name + " is not where the directory says");
            long data = entry.position + LOCAL_BYTES + unsigned(file.get(SHORT, entry.position + 26))
                    + unsigned(file.get(SHORT, entry.position + 28));
            MemorySegment content = file.asSlice(data, entry.compressedSize);
            if (entry.method == STORED) {
                require(entry.compressedSize == entry.size, "entry " + name + " has two sizes");
                return content;
            }
            require(entry.method == DEFLATED, "entry " + name + " is compressed by method " + entry.method);
            return ZipContent.inflate(name, content, entry.size, arena);
        } catch (IndexOutOfBoundsException e) {
            throw damaged("entry " + name + " reaches beyond its end", e);
        }
    }

    /** Whether an entry's content, as {@link #content} returned it, has the checksum that the directory states. */
    boolean isSound(String name, MemorySegment content) {
        return ZipContent.checksum(content) == entries.get(name).checksum;
    }

    private void read() throws ZipException {
        long end = end();
        long count = unsigned(file.get(SHORT, end + 10));
        long position = unsigned(file.get(INT, end + 16));
        long locator = end - LOCATOR_BYTES;
        if (locator >= 0 && file.get(INT, locator) == ZIP64_LOCATOR) {
            long zip64 = file.get(LONG, locator + 8);
            require(file.get(INT, zip64) == ZIP64_END, "its directory is not where it should be");
            count = file.get(LONG, zip64 + 32);
            position = file.get(LONG, zip64 + 48);
        }
        require(count >= 0 && count <= MAX_ENTRIES, "it has too many entries");
        for (; count > 0; count--) {
            position = readEntry(position);
        }
    }

    private long end() throws ZipException {
        long last = file.byteSize() - END_BYTES;
        for (long end = last; end >= Math.max(0, last - LONGEST_COMMENT); end--) {
            if (file.get(INT, end) == END) {
                return end;
            }
        }
        throw new ZipException("the zip archive is cut off: its directory is missing");
    }

    private long readEntry(long at) throws ZipException {
        require(file.get(INT, at) == ENTRY, "its directory is cut short");
        int nameLength = unsigned(file.get(SHORT, at + 28));
        int extraLength = unsigned(file.get(SHORT, at + 30));
        int commentLength = unsigned(file.get(SHORT, at + 32));
        require(nameLength <= LONGEST_NAME, "an entry has too long a name");
        long extra = at + ENTRY_BYTES + nameLength;
        String name = new String(file.asSlice(at + ENTRY_BYTES, nameLength).toArray(ValueLayout.JAVA_BYTE),
                StandardCharsets.UTF_8);
        long size = unsigned(file.get(INT, at + 24));
        long compressedSize = unsigned(file.get(INT, at + 20));
        long position = unsigned(file.get(INT, at + 42));
        long large = zip64Extra(extra, extra + extraLength);
        if (size == IN_ZIP64_EXTRA && large >= 0) {
            size = file.get(LONG, large);
            large += Long.BYTES;
        }
        if (compressedSize == IN_ZIP64_EXTRA && large >= 0) {
            compressedSize = file.get(LONG, large);
            large += Long.BYTES;
        }
        if (position == IN_ZIP64_EXTRA && large >= 0) {
            position = file.get(LONG, large);
        }
        boolean encrypted = (file.get(SHORT, at + 8) & 1) != 0;
        Entry twin = entries.put(name, new Entry(encrypted, unsigned(file.get(SHORT, at + 10)), file.get(INT,
                at + 16), compressedSize, size, position));
        require(twin == null, "entry " + name + " is there twice");
        return extra + extraLength + commentLength;
    }

    /** Finds the 64-bit values that did not fit an entry's own fields; -1 if there are none. */
    private long zip64Extra(long begin, long end) {
        for (long at = begin; at + 4 <= end; at += 4 + unsigned(file.get(SHORT, at + 2))) {
            if (unsigned(file.get(SHORT, at)) == ZIP64_EXTRA) {
                return at + 4;
            }
        }
        return -1;
    }

    private static int unsigned(short value) {
        return Short.toUnsignedInt(value);
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }

    static ZipException damaged(String problem, Exception cause) {
        var damaged = new ZipException("the zip archive is damaged: " + problem);
        damaged.initCause(cause);
        return damaged;
    }

    static void require(boolean holds, String problem) throws ZipException {
        if (!holds) {
            throw new ZipException("the zip archive is damaged: " + problem);
        }
    }
}
