package io.github.ratelimit.event;

import io.github.ratelimit.KeyLabel;
import java.time.Duration;

/**
 * Published by the application context when a key is banned for its many refusals. The
 * thread of the call that led to the ban publishes it, so listeners must be fast, or be
 * {@code @Async}.
 *
 * @param limit the name of the limit that refused the key
 * @param key what may be shown of the key
 * @param ban for how long it is banned
 */
public record KeyBannedEvent(String limit, KeyLabel key, Duration ban) {
}
