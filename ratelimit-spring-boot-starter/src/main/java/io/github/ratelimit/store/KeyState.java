package io.github.ratelimit.store;

import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of one key of a limit in a store, for the endpoint.
 *
 * @param key the key, as far as it may be shown
 * @param limit how many permits can be saved up, of the rate nearest to refusal
 * @param remaining how many permits that rate has now, 0 or more
 * @param resetAfter how long until every rate is full, zero if full
 * @param allowed calls that were allowed since the state was created
 * @param denied calls that this limit refused since the state was created
 * @param lastSeen when the key was last used
 * @param known the key itself, which may be a secret; null where the store has only its
 * label
 */
public record KeyState(KeyLabel key, long limit, long remaining, Duration resetAfter, long allowed, long denied,
		Instant lastSeen, @Nullable Key known) {
}
