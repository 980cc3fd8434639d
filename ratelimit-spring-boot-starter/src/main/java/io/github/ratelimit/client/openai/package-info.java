/** The adapter of openai-java. */
@NullMarked
package io.github.ratelimit.client.openai;

import org.jspecify.annotations.NullMarked;
