/**
 * Decisions, bans and changes of limits as metrics, events and lines in the log.
 */
@NullMarked
package io.github.ratelimit.observation;

import org.jspecify.annotations.NullMarked;
