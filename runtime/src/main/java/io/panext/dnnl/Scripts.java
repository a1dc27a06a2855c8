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
    private static final int REMEMBERED = 256;

    private final SequencedMap<Key, Long> scratchBytes = new LinkedHashMap<>();
    private final Map<Key, Shared> inUse = new HashMap<>();

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

    /** Returns what memory a script needs beside its maps, in bytes. */
    synchronized long scratchBytes(Key key) {
        Long known = scratchBytes.get(key);
        if (known != null) {
            return known;
        }
        try (Script script = write(key)) {
            return remember(key, script);
        }
    }

    private long remember(Key key, Script script) {
        scratchBytes.put(key, script.scratchBytes());
        if (scratchBytes.size() > REMEMBERED) {
            scratchBytes.pollFirstEntry();
        }
        return script.scratchBytes();
    }

    /** Returns a script, which lives until everybody who took it has {@linkplain #give given it back}. */
    synchronized Script take(Key key) {
        Shared shared = inUse.computeIfAbsent(key, _ -> new Shared(write(key)));
        shared.users++;
        return shared.script;
    }

    /** Gives a script back. */
    synchronized void give(Key key) {
        Shared shared = inUse.get(key);
        shared.users--;
        if (shared.users == 0) {
            inUse.remove(key);
            shared.script.close();
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
