package io.panext.hub;

import java.io.IOException;
import java.io.Serial;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;

/** A server that will not answer now, but perhaps later. */
final class Refusal extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    private static final Set<Integer> PASSING = Set.of(408, 429, 500, 502, 503, 504);

    @SuppressWarnings("serial") // never serialised
    private final Optional<Duration> pause;

    private Refusal(String problem, Optional<Duration> pause) {
        super(problem);
        this.pause = pause;
    }

    /** For how long the server wants to be left alone, if it said so. */
    Optional<Duration> pause() {
        return pause;
    }

    /**
     * Turns a status into words.
     *
     * @throws HubException if it is the last word
     * @throws Refusal      if another attempt may help
     */
    static void requireSuccess(String repository, int status, HttpHeaders headers) throws HubException, Refusal {
        if (status / 100 == 2) {
            return;
        }
        Optional<Duration> pause = headers.firstValue("Retry-After").flatMap(Refusal::duration);
        if (PASSING.contains(status)) {
            throw new Refusal(status == 429
                    ? "too many requests" + pause.map(wait -> ": try again in " + wait.toSeconds() + " s").orElse("")
                    : "the server is in trouble (status " + status + "): try again later", pause);
        }
        throw new HubException(repository, switch (status) {
            case 401 -> "not found, or not public (status 401): check the name, or set HF_TOKEN";
            case 403 -> "not allowed (status 403): accept its terms on its page at the hub, and set HF_TOKEN";
            case 404 -> "not found (status 404): check the name";
            default -> "the server refuses (status " + status + ")";
        });
    }

    /** Reads seconds, or a date. */
    private static Optional<Duration> duration(String text) {
        try {
            return Optional.of(text.matches("\\d{1,9}")
                    ? Duration.ofSeconds(Long.parseLong(text))
                    : Duration.between(ZonedDateTime.now(ZoneOffset.UTC), ZonedDateTime.parse(text,
                            DateTimeFormatter.RFC_1123_DATE_TIME)))
                    .map(wait -> wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
