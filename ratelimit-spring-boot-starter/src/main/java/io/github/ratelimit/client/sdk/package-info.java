/**
 * The common part of the adapters of vendors' SDKs: the way of an attempt through the
 * queue, blocking and asynchronous.
 */
@NullMarked
package io.github.ratelimit.client.sdk;

import org.jspecify.annotations.NullMarked;
