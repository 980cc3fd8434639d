/**
 * Decides when a call to a provider may be sent, so that the provider's quota is used in
 * full and no call is throttled: limits and what is left of them, the queue, calls in
 * flight, waits after refusals, and the notes of other instances. Independent of HTTP
 * clients and dialects.
 */
@NullMarked
package io.github.ratelimit.governor;

import org.jspecify.annotations.NullMarked;
