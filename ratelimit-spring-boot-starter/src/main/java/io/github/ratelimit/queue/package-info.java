/**
 * The queues of limits that let calls wait for their permits: one for each key, first in,
 * first out; all queues of a limit together are bounded in calls, request threads and
 * time. Also the threads that decide asynchronous calls.
 */
@NullMarked
package io.github.ratelimit.queue;

import org.jspecify.annotations.NullMarked;
