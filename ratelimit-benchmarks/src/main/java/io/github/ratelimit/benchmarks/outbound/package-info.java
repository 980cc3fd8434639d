/**
 * How much of a provider's quota its clients use and how many of their requests it
 * refuses, beside other ways to call it; and what a call costs that need not wait.
 */
package io.github.ratelimit.benchmarks.outbound;
