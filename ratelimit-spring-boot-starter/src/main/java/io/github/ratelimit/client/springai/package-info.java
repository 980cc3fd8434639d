/** The adapter of Spring AI, which calls OpenAI and Anthropic over OkHttp. */
@NullMarked
package io.github.ratelimit.client.springai;

import org.jspecify.annotations.NullMarked;
