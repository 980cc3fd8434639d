package io.github.ratelimit.benchmarks.http;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketListener;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.MathType;
import io.github.bucket4j.TimeMeter;
import io.github.bucket4j.local.LockFreeBucket;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.springframework.http.server.PathContainer;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * The filter of a developer with one rule, one bucket for each key and the headers.
 */
class HandWrittenFilter extends OncePerRequestFilter {

	private static final long PERMITS = 1_000_000_000;

	private final PathPattern pattern = PathPatternParser.defaultInstance.parse("/v1/**");

	private final BucketConfiguration configuration = BucketConfiguration.builder()
		.addLimit(Bandwidth.builder().capacity(PERMITS).refillGreedy(PERMITS, Duration.ofSeconds(60)).build())
		.build();

	private final ConcurrentMap<String, LockFreeBucket> buckets = new ConcurrentHashMap<>();

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		String key = request.getHeader("X-API-Key");
		if (key == null || !this.pattern.matches(PathContainer.parsePath(request.getRequestURI()))) {
			chain.doFilter(request, response);
			return;
		}
		ConsumptionProbe probe = bucket(key).tryConsumeAndReturnRemaining(1);
		long reset = (probe.getNanosToWaitForReset() + 999_999_999) / 1_000_000_000;
		response.setHeader("X-RateLimit-Limit", Long.toString(PERMITS));
		response.setHeader("X-RateLimit-Remaining", Long.toString(probe.getRemainingTokens()));
		response.setHeader("X-RateLimit-Reset", Long.toString(reset));
		response.setHeader("RateLimit-Policy", "\"hello\";q=1000000000;w=60");
		response.setHeader("RateLimit", "\"hello\";r=" + probe.getRemainingTokens() + ";t=" + reset);
		if (probe.isConsumed()) {
			chain.doFilter(request, response);
			return;
		}
		long wait = (probe.getNanosToWaitForRefill() + 999_999_999) / 1_000_000_000;
		response.setHeader("Retry-After", Long.toString(wait));
		response.sendError(429);
	}

	private LockFreeBucket bucket(String key) {
		LockFreeBucket bucket = this.buckets.get(key);
		return (bucket != null) ? bucket
				: this.buckets.computeIfAbsent(key, (k) -> new LockFreeBucket(this.configuration,
						MathType.INTEGER_64_BITS, TimeMeter.SYSTEM_NANOTIME, BucketListener.NOPE));
	}

}
