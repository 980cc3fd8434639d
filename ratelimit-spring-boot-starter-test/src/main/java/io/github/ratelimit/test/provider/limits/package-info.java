/**
 * The arithmetic of a provider's limits, without HTTP: what it admits, what it charges,
 * and what it could have admitted.
 */
@NullMarked
package io.github.ratelimit.test.provider.limits;

import org.jspecify.annotations.NullMarked;
