/**
 * The properties under {@code ratelimit}: bound, checked, and read as limits and rules.
 */
@NullMarked
package io.github.ratelimit.autoconfigure.properties;

import org.jspecify.annotations.NullMarked;
