/**
 * Windows and logs of calls of one key: fixed windows, sliding windows, their counters,
 * and the log, and how they go on when the rate changes; no threads and no keys.
 */
@NullMarked
package io.github.ratelimit.store.memory.window;

import org.jspecify.annotations.NullMarked;
