/**
 * SpEL behind the expressions: parses and checks their texts at start-up, and reads their
 * variables and functions from calls.
 */
@NullMarked
package io.github.ratelimit.expression.spel;

import org.jspecify.annotations.NullMarked;
