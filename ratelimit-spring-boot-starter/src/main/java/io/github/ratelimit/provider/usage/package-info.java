/**
 * Tokens of calls to language models: estimated from the request, read from the response.
 * Both are read while they pass, in constant memory.
 */
@NullMarked
package io.github.ratelimit.provider.usage;

import org.jspecify.annotations.NullMarked;
