/**
 * Decides when a call to a provider may be sent, so that the provider's quota is used in
 * full and no call is throttled. What the provider reports comes in as snapshots; no HTTP
 * client and no dialect appears here.
 */
@NullMarked
package io.github.ratelimit.governor;

import org.jspecify.annotations.NullMarked;
