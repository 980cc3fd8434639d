/** The limiters that are compared, each as one instance of an application. */
package io.github.ratelimit.benchmarks.redis.limiter;
