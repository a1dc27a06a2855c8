package io.panext.jmh.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.panext.BackendChoice;
import io.panext.Precision;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stands beside panext in a report has done the same work. */
class PeersTest {

    private static final Workload V1 = new Workload("convnext_atto", 2, 32, 1);
    private static final Workload V2 = new Workload("convnextv2_atto", 2, 32, 1);

    @ParameterizedTest
    @EnumSource
    void givesOurLogitsForV1(Peers peers) throws IOException {
        requireAgreement(peers.peer(), V1);
    }

    @ParameterizedTest
    @EnumSource
    void givesOurLogitsForV2(Peers peers) throws IOException {
        requireAgreement(peers.peer(), V2);
    }

    @Test
    void otherWorkIsFoundOut() throws IOException {
        Peer own = new Panext(BackendChoice.SIMD, Precision.FP32);
        try (Peer.Model other = own.open(V1)) {
            assertThrows(IllegalStateException.class, () -> Agreement.require(own, other, V2));
        }
    }

    @Test
    void areFoundByTheNamesThatReportsGiveThem() {
        for (Peers peers : Peers.values()) {
            assertEquals(peers.peer(), Peers.named(peers.peer().name()));
        }
        assertEquals(new Panext(BackendChoice.AUTO, Precision.BF16), Peers.named("panext auto bf16"));
        assertThrows(IllegalArgumentException.class, () -> Peers.named("TensorFlow"));
    }

    /** In the second run: the first must not have changed anything. */
    private static void requireAgreement(Peer peer, Workload work) throws IOException {
        try (Peer.Model model = peer.open(work)) {
            model.run();
            Agreement.require(peer, model, work);
        }
    }
}
