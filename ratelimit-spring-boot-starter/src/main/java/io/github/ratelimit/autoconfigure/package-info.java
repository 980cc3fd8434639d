/**
 * The auto-configurations, the beans that only they need, and the refresh of the
 * configuration while the application runs.
 */
@NullMarked
package io.github.ratelimit.autoconfigure;

import org.jspecify.annotations.NullMarked;
