/**
 * Calls to limited APIs: which client a request belongs to, whose quota it uses, and its
 * life from the queue to the end of the response. The adapters of HTTP clients are in the
 * packages below.
 */
@NullMarked
package io.github.ratelimit.client;

import org.jspecify.annotations.NullMarked;
