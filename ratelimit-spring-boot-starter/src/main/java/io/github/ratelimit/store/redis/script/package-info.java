/**
 * The Lua scripts, which decide in Redis, write the entries of keys and set their expiry;
 * their arguments, such as limits in integers, and their replies.
 */
@NullMarked
package io.github.ratelimit.store.redis.script;

import org.jspecify.annotations.NullMarked;
