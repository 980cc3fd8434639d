/**
 * The limits of an application: their settings, which the endpoint and a refreshed
 * configuration can change while it runs, the handles that charges refer to, and the
 * statistics of allowed and denied calls, in total and of the busiest keys.
 */
@NullMarked
package io.github.ratelimit.registry;

import org.jspecify.annotations.NullMarked;
