/**
 * A provider to test against: an HTTP server that answers as the API of a language model
 * does, with the limits, headers, refusals and faults of real ones.
 */
@NullMarked
package io.github.ratelimit.test.provider;

import org.jspecify.annotations.NullMarked;
