/**
 * Decides when a call to a provider may be sent, so that the provider's quota is used in
 * full and no call is throttled. Reports of the provider arrive as snapshots; independent
 * of HTTP clients and dialects.
 */
@NullMarked
package io.github.ratelimit.governor;

import org.jspecify.annotations.NullMarked;
