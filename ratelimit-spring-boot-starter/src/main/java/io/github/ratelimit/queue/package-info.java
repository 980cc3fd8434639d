/**
 * The queues of limits that let calls wait for their permits: first in, first out for
 * each key, bounded in calls, threads and time.
 */
@NullMarked
package io.github.ratelimit.queue;

import org.jspecify.annotations.NullMarked;
