package io.panext.arena;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TensorArenaTest {

    @Test
    void blocksAreAlignedZeroedAndApart() {
        try (TensorArena arena = TensorArena.ofBytes(1000)) {
            MemorySegment a = arena.allocate(1).memory();
            MemorySegment b = arena.allocate(100).memory();
            assertEquals(0, a.address() % TensorArena.ALIGNMENT);
            assertEquals(0, b.address() % TensorArena.ALIGNMENT);
            a.fill((byte) 1);
            assertTrue(b.asByteBuffer().equals(java.nio.ByteBuffer.allocate((int) b.byteSize())));
        }
    }

    @Test
    void memoryOfAFreedBlockComesBackAsZeros() {
        try (TensorArena arena = TensorArena.ofBytes(64)) {
            try (TensorArena.Block block = arena.allocate(64)) {
                block.memory().fill((byte) 7);
            }
            assertEquals(0, arena.allocate(64).memory().get(ValueLayout.JAVA_BYTE, 63));
        }
    }

    @Test
    void neverHandsOutMoreThanItsCapacity() {
        try (TensorArena arena = TensorArena.ofBytes(256)) {
            arena.allocate(192);
            var thrown = assertThrows(ArenaExhaustedException.class, () -> arena.allocate(65));
            assertEquals("128 bytes do not fit: 64 of the arena's 256 bytes are free", thrown.getMessage());
            arena.allocate(64);
            assertEquals(arena.capacity(), arena.used());
        }
    }

    @Test
    void neighbouringGapsGrowTogether() {
        try (TensorArena arena = TensorArena.ofBytes(192)) {
            List<TensorArena.Block> blocks = List.of(arena.allocate(64), arena.allocate(64), arena.allocate(64));
            blocks.get(0).close();
            blocks.get(2).close();
            assertThrows(ArenaExhaustedException.class, () -> arena.allocate(128));
            blocks.get(1).close();
            assertEquals(192, arena.allocate(192).memory().byteSize());
        }
    }

    @Test
    void randomUseNeverOverlapsAndEndsEmpty() {
        var random = new Random(1);
        try (TensorArena arena = TensorArena.ofBytes(1 << 16)) {
            var held = new ArrayList<TensorArena.Block>();
            for (int i = 0; i < 5_000; i++) {
                if (held.isEmpty() || (random.nextBoolean() && arena.used() < 1 << 15)) {
                    TensorArena.Block block = arena.allocate(1 + random.nextInt(1000));
                    for (TensorArena.Block other : held) {
                        assertTrue(block.memory().asOverlappingSlice(other.memory()).isEmpty());
                    }
                    held.add(block);
                } else {
                    held.remove(random.nextInt(held.size())).close();
                }
            }
            held.forEach(TensorArena.Block::close);
            assertEquals(0, arena.used());
            assertEquals(1 << 16, arena.allocate(1 << 16).memory().byteSize());
        }
    }

    @Test
    void freeingTwiceIsAnError() {
        try (TensorArena arena = TensorArena.ofBytes(64)) {
            TensorArena.Block block = arena.allocate(8);
            block.close();
            assertThrows(IllegalStateException.class, block::close);
            assertEquals(0, arena.used());
        }
    }

    @Test
    void usingAFreedBlockIsAnError() {
        try (TensorArena arena = TensorArena.ofBytes(64)) {
            TensorArena.Block block = arena.allocate(8);
            block.close();
            assertThrows(IllegalStateException.class, block::memory);
        }
    }

    @Test
    void everythingIsAnErrorAfterClose() {
        TensorArena arena = TensorArena.ofBytes(64);
        TensorArena.Block block = arena.allocate(8);
        MemorySegment memory = block.memory();
        arena.close();
        assertThrows(IllegalStateException.class, () -> memory.get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, () -> arena.allocate(8));
        assertThrows(IllegalStateException.class, arena::close);
        block.close();
    }

    @Test
    void sizesThatAreNotPositiveAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> TensorArena.ofBytes(0));
        try (TensorArena arena = TensorArena.ofBytes(64)) {
            assertThrows(IllegalArgumentException.class, () -> arena.allocate(0));
        }
    }

    @Test
    void isNotFreedWhileSomethingRunsInIt() throws Exception {
        TensorArena arena = TensorArena.ofBytes(64);
        MemorySegment memory = arena.allocate(64).memory();
        Thread closer = Thread.ofPlatform().unstarted(arena::close);
        try (var _ = arena.hold()) {
            closer.start();
            closer.join(50);
            assertTrue(closer.isAlive());
            memory.fill((byte) 1);
            assertEquals("the arena cannot be closed by what runs on it",
                    assertThrows(IllegalStateException.class, arena::close).getMessage());
        }
        closer.join();
        assertThrows(IllegalStateException.class, arena::hold);
        assertThrows(IllegalStateException.class, () -> memory.fill((byte) 2));
    }
}
