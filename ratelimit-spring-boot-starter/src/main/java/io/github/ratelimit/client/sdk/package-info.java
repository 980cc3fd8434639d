/**
 * What the adapters of vendors' SDKs have in common: the way of an attempt through the
 * queue, blocking and not.
 */
@NullMarked
package io.github.ratelimit.client.sdk;

import org.jspecify.annotations.NullMarked;
