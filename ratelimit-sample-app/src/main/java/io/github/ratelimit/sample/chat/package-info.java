/**
 * The chat API: OpenAI's requests, answers, streams and errors around a stub model.
 */
@NullMarked
package io.github.ratelimit.sample.chat;

import org.jspecify.annotations.NullMarked;
