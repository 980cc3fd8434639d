/**
 * SpEL, parsed once at start-up: keys, costs, and what a limit takes from a call.
 */
@NullMarked
package io.github.ratelimit.expression;

import org.jspecify.annotations.NullMarked;
