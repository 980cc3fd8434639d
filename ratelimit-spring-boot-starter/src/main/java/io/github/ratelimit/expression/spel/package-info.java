/**
 * SpEL behind the expressions: parses and checks their texts at start-up, and evaluates
 * them.
 */
@NullMarked
package io.github.ratelimit.expression.spel;

import org.jspecify.annotations.NullMarked;
