package io.panext.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MailboxTest {

    @Test
    @Timeout(60)
    void aReceiverThatWasInterruptedSleepsAllTheSame() throws InterruptedException {
        var mailbox = new Mailbox<String>();
        var received = new AtomicReference<String>();
        Thread receiver = Thread.ofPlatform().start(() -> {
            Thread.currentThread().interrupt();
            received.set(mailbox.take());
        });
        while (receiver.isInterrupted() || receiver.getState() != Thread.State.WAITING) {
            Thread.sleep(1);
        }
        assertFalse(receiver.isInterrupted());
        mailbox.put("post", receiver);
        receiver.join();
        assertEquals("post", received.get());
    }
}
