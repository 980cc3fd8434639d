/**
 * SpEL behind the expressions: parses and checks their texts at start-up, evaluates them,
 * and converts their values, such as claims, to texts of keys and numbers of permits.
 */
@NullMarked
package io.github.ratelimit.expression.spel;

import org.jspecify.annotations.NullMarked;
