/**
 * Metrics, traces, and the events and lines in the log of denials, bans, changes and
 * outages.
 */
@NullMarked
package io.github.ratelimit.observation;

import org.jspecify.annotations.NullMarked;
