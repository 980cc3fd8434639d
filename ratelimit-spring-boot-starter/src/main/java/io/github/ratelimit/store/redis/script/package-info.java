/**
 * What scripts in Redis are sent and what they reply: limits in whole numbers, snapshots
 * of keys, and the Lua files.
 */
@NullMarked
package io.github.ratelimit.store.redis.script;

import org.jspecify.annotations.NullMarked;
