/**
 * The dialects in which providers report their limits to clients: response headers and
 * error bodies, read into one snapshot. Independent of any HTTP client.
 */
@NullMarked
package io.github.ratelimit.provider.dialect;

import org.jspecify.annotations.NullMarked;
