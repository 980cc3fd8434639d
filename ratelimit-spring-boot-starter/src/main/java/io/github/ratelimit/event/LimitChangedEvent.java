package io.github.ratelimit.event;

import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.registry.LimitChange;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Published by the application context after settings have changed while the application
 * runs, in every instance in which they have, and after a key was banned or reset through
 * the endpoint, in the instance that did it. Listeners must be fast, or be
 * {@code @Async}: the next change waits for them.
 *
 * @param limit the name of the limit, null if all limits are concerned
 * @param key what may be shown of the key that was banned or reset, null if the settings
 * of the limit were changed, or all its keys were reset
 * @param settings what was changed, with the texts before and after
 * @param origin where the change comes from
 * @param by the name of the principal who made it, null if that is not known
 * @param at when it was in force in this instance
 */
public record LimitChangedEvent(@Nullable String limit, @Nullable KeyLabel key, List<LimitChange.Setting> settings,
		LimitChange.Origin origin, @Nullable String by, Instant at) {
}
