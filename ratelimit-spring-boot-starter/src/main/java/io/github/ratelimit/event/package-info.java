/**
 * What the application context publishes: denials, keys near a limit, bans, changes,
 * outages of the store.
 */
@NullMarked
package io.github.ratelimit.event;

import org.jspecify.annotations.NullMarked;
