/**
 * The auto-configurations, and the beans that only they need.
 */
@NullMarked
package io.github.ratelimit.autoconfigure;

import org.jspecify.annotations.NullMarked;
