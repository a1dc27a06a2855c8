package io.panext.dnnl;

import io.panext.graph.Shape;
import io.panext.kernels.Share;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The scripts of one backend. The blocks of a stage do the same with different weights: one script is enough for them, and
 * oneDNN takes its time to make the primitives of one.
 */
final class Scripts {

    /** Scripts of which it is remembered what memory they need: more than a plan has that are different. */
    private static final int REMEMBERED = 1024;

    /** Scripts that are kept for the next session: those of a plan for many workers, at some 100 KB each. */
    private static final int KEPT = 256;

    private final SequencedMap<Key, Long> scratchBytes = new LinkedHashMap<>();
    private final Map<Key, Shared> inUse = new HashMap<>();
    private final SequencedMap<Key, Script> idle = new LinkedHashMap<>();
    private int kernels;

    /**
     * What a script depends on.
     *
     * @param recipe which op
     * @param input  shape of its first input
     * @param share  which worker
     */
    record Key(Recipe recipe, Shape input, Share share) {}

    private static final class Shared {

        final Script script;
        int users;

        Shared(Script script) {
            this.script = script;
        }
    }

    /** Keeps scripts that nobody uses any more, until each kernel that said so has {@linkplain #release released} them. */
    synchronized void retain() {
        kernels++;
    }

    /** Takes back what {@link #retain} said. */
    synchronized void release() {
        kernels--;
        if (kernels == 0) {
            idle.values().forEach(Script::close);
            idle.clear();
        }
    }

    /** Returns what memory a script needs beside its maps, in bytes. */
    synchronized long scratchBytes(Key key) {
        Long known = scratchBytes.get(key);
        if (known != null) {
            return known;
        }
        long bytes = take(key).scratchBytes();
        give(key);
        scratchBytes.put(key, bytes);
        if (scratchBytes.size() > REMEMBERED) {
            scratchBytes.pollFirstEntry();
        }
        return bytes;
    }

    /** Returns a script, which lives until everybody who took it has {@linkplain #give given it back}. */
    synchronized Script take(Key key) {
        Shared shared = inUse.get(key);
        if (shared == null) {
            Script kept = idle.remove(key);
            shared = new Shared(kept == null ? write(key) : kept);
            inUse.put(key, shared);
        }
        shared.users++;
        return shared.script;
    }

    /** Gives a script back. */
    synchronized void give(Key key) {
        Shared shared = inUse.get(key);
        shared.users--;
        if (shared.users == 0) {
            inUse.remove(key);
            keep(key, shared.script);
        }
    }

    private void keep(Key key, Script script) {
        if (kernels == 0) {
            script.close();
            return;
        }
        idle.put(key, script);
        if (idle.size() > KEPT) {
            idle.pollFirstEntry().getValue().close();
        }
    }

    private static Script write(Key key) {
        var script = new Script();
        try {
            key.recipe().write(script, key.input(), key.share());
            return script;
        } catch (RuntimeException | Error e) {
            script.close();
            throw e;
        }
    }
}
