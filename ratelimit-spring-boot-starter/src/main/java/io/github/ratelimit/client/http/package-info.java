/**
 * Spring's blocking HTTP clients: {@code RestClient}, {@code RestTemplate}, and proxies
 * of {@code @HttpExchange} interfaces over them.
 */
@NullMarked
package io.github.ratelimit.client.http;

import org.jspecify.annotations.NullMarked;
