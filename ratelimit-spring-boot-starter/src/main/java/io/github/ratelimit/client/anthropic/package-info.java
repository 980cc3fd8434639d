/** The adapter of anthropic-java. */
@NullMarked
package io.github.ratelimit.client.anthropic;

import org.jspecify.annotations.NullMarked;
