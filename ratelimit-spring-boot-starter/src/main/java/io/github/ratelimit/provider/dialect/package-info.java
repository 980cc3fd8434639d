/**
 * Reads what providers report of their limits to this application: response headers and
 * error bodies of each dialect, as one snapshot. Independent of any HTTP client.
 */
@NullMarked
package io.github.ratelimit.provider.dialect;

import org.jspecify.annotations.NullMarked;
