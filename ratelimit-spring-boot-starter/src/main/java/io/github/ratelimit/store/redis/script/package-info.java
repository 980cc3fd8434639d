/**
 * Arguments and replies of the scripts in Redis: limits in integers, snapshots of keys,
 * and the Lua files.
 */
@NullMarked
package io.github.ratelimit.store.redis.script;

import org.jspecify.annotations.NullMarked;
