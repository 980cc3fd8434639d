/**
 * How providers report their limits: headers of answers, and the status, headers and
 * bodies of refusals.
 */
@NullMarked
package io.github.ratelimit.test.provider.dialect;

import org.jspecify.annotations.NullMarked;
