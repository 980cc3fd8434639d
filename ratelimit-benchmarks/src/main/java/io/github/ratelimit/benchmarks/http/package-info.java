/** What a request costs a server: with the starter, with a filter by hand, with none. */
package io.github.ratelimit.benchmarks.http;
