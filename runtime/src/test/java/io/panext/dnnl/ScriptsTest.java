package io.panext.dnnl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.graph.Shape;
import io.panext.kernels.Share;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Blocks that do the same share a script, for as long as one of them needs it. */
class ScriptsTest {

    private static final Shape SMALL = new Shape(1, 2, 2, 8);
    private static final Shape LARGE = new Shape(1, 4, 4, 8);

    private final Scripts scripts = new Scripts();
    private final List<Shape> written = new ArrayList<>();
    private final List<Shape> closed = new ArrayList<>();

    private final Recipe recipe = (script, shape, _) -> {
        written.add(shape);
        script.scratch(shape.rows());
        script.own(() -> closed.add(shape));
    };

    private Scripts.Key key(Shape shape) {
        return new Scripts.Key(recipe, shape, Share.ALL);
    }

    @Test
    void equalKeysShareOneScript() {
        Script script = scripts.take(key(SMALL));
        assertSame(script, scripts.take(key(SMALL)));
        assertNotSame(script, scripts.take(key(LARGE)));
        assertEquals(List.of(SMALL, LARGE), written);
    }

    @Test
    void aScriptIsClosedWhenItsLastUserGivesItBack() {
        scripts.take(key(SMALL));
        scripts.take(key(SMALL));
        scripts.give(key(SMALL));
        assertEquals(List.of(), closed);
        scripts.give(key(SMALL));
        assertEquals(List.of(SMALL), closed);
        scripts.take(key(SMALL));
        assertEquals(List.of(SMALL, SMALL), written);
    }

    @Test
    void whatMemoryAScriptNeedsIsFoundOutOnce() {
        assertEquals(Constant.ALIGNMENT, scripts.scratchBytes(key(SMALL)));
        assertEquals(Constant.ALIGNMENT, scripts.scratchBytes(key(SMALL)));
        assertEquals(List.of(SMALL), written);
        assertEquals(List.of(SMALL), closed);
    }

    @Test
    void aScriptThatCannotBeWrittenLeavesNothing() {
        var failing = new Scripts.Key((script, shape, _) -> {
            script.own(() -> closed.add(shape));
            throw new IllegalStateException("no");
        }, SMALL, Share.ALL);
        assertThrows(IllegalStateException.class, () -> scripts.take(failing));
        assertThrows(IllegalStateException.class, () -> scripts.take(failing));
        assertEquals(List.of(SMALL, SMALL), closed);
    }

    @Test
    void aScriptIsKeptForTheNextSessionWhileAKernelIsThere() {
        scripts.retain();
        scripts.scratchBytes(key(SMALL));
        scripts.take(key(SMALL));
        scripts.give(key(SMALL));
        scripts.take(key(SMALL));
        scripts.give(key(SMALL));
        assertEquals(List.of(SMALL), written);
        assertEquals(List.of(), closed);
        scripts.release();
        assertEquals(List.of(SMALL), closed);
    }

    @Test
    void scriptsOfManySizesAreNotAllKept() {
        scripts.retain();
        for (int width = 1; width <= 1000; width++) {
            scripts.take(key(new Shape(1, 1, width, 1)));
            scripts.give(key(new Shape(1, 1, width, 1)));
        }
        assertTrue(written.size() - closed.size() <= 256, written.size() - closed.size() + " kept");
        scripts.release();
        assertEquals(written, closed);
    }

    @Test
    void aScriptThatIsInUseIsNotWrittenAgainOnceItsNeedsAreForgotten() {
        scripts.retain();
        scripts.scratchBytes(key(SMALL));
        scripts.take(key(SMALL));
        for (int width = 1; width <= 2000; width++) {
            scripts.scratchBytes(key(new Shape(1, 1, width, 1)));
        }
        scripts.scratchBytes(key(SMALL));
        assertEquals(1, Collections.frequency(written, SMALL));
        scripts.give(key(SMALL));
        scripts.release();
        assertEquals(Set.copyOf(written), Set.copyOf(closed));
        assertEquals(written.size(), closed.size());
    }

    @Test
    void aScriptThatIsKeptIsClosedThoughItsNeedsWereForgotten() {
        scripts.retain();
        scripts.scratchBytes(key(SMALL));
        for (int width = 1; width <= 2000; width++) {
            scripts.scratchBytes(key(new Shape(1, 1, width, 1)));
            scripts.take(key(SMALL));
            scripts.give(key(SMALL));
        }
        scripts.scratchBytes(key(SMALL));
        assertEquals(1, Collections.frequency(written, SMALL));
        scripts.release();
        assertEquals(written.size(), closed.size());
    }
}
