/**
 * Spring's reactive HTTP client: {@code WebClient}, and proxies of {@code @HttpExchange}
 * interfaces over it.
 */
@NullMarked
package io.github.ratelimit.client.reactive;

import org.jspecify.annotations.NullMarked;
