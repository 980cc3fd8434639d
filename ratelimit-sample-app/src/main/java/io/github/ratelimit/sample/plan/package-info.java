/**
 * Who is on which plan.
 */
@NullMarked
package io.github.ratelimit.sample.plan;

import org.jspecify.annotations.NullMarked;
