/**
 * Properties, auto-configurations, checks at start-up and failure analyses.
 */
@NullMarked
package io.github.ratelimit.autoconfigure;

import org.jspecify.annotations.NullMarked;
