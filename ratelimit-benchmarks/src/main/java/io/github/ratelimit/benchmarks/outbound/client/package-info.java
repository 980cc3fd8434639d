/** What is between callers and a provider: our limiter, other limiters, retries alone. */
package io.github.ratelimit.benchmarks.outbound.client;
