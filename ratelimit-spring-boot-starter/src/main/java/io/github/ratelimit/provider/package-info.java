/**
 * Writes what this application reports of its own limits, as other APIs do: headers and
 * bodies in the formats of OpenAI, Anthropic, the IETF's draft and {@code X-RateLimit}.
 * Without any servlet type.
 */
@NullMarked
package io.github.ratelimit.provider;

import org.jspecify.annotations.NullMarked;
