/**
 * The queues of limits that let calls wait for their permits: first in, first out for
 * each key, bounded in calls, request threads and time; and the threads that decide
 * asynchronous calls.
 */
@NullMarked
package io.github.ratelimit.queue;

import org.jspecify.annotations.NullMarked;
