package io.panext.jmh.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.panext.jmh.peer.Peers;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EnvironmentTest {

    private static final Environment HERE = Environment.here(Instant.parse("2026-02-03T04:05:06.789Z"));

    @Test
    void timeIsWhenTheRunBegan() {
        assertEquals("2026-02-03T04:05:06Z", HERE.time());
    }

    @Test
    void everyPeerHasItsVersion() {
        for (Peers peer : Peers.values()) {
            assertTrue(HERE.versions().containsKey(peer.peer().name()), HERE.versions().toString());
        }
    }
}
