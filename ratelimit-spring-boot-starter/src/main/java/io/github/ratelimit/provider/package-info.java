/**
 * The formats in which APIs report limits: headers and bodies of OpenAI, Anthropic, the
 * IETF's draft and {@code X-RateLimit}, without any servlet type.
 */
@NullMarked
package io.github.ratelimit.provider;

import org.jspecify.annotations.NullMarked;
