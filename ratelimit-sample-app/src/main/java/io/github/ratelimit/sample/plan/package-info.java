/**
 * The plans of customers.
 */
@NullMarked
package io.github.ratelimit.sample.plan;

import org.jspecify.annotations.NullMarked;
