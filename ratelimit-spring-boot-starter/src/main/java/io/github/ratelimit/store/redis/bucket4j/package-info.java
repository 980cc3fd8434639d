/**
 * Bucket4j's own buckets in Redis, behind its ProxyManager.
 */
@NullMarked
package io.github.ratelimit.store.redis.bucket4j;

import org.jspecify.annotations.NullMarked;
