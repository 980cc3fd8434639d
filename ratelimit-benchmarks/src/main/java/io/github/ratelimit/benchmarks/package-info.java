/** What the library costs, beside the plainest thing that does the same. */
package io.github.ratelimit.benchmarks;
