/**
 * What one instance remembers of keys and does without Redis: snapshots, leases, calls in
 * flight, the local fallback, and debts to be charged later.
 */
@NullMarked
package io.github.ratelimit.store.redis.local;

import org.jspecify.annotations.NullMarked;
