package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.method.InvalidRateLimitedMethodException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Explains a {@code @RateLimited} that cannot work. Comes before the analyzers of what it
 * was caused by, such as an expression, because it knows the method.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class InvalidRateLimitedMethodFailureAnalyzer extends AbstractFailureAnalyzer<InvalidRateLimitedMethodException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidRateLimitedMethodException cause) {
		Findings findings = new Findings("@RateLimited cannot work here").with("Where", cause.location())
			.with("Attribute", cause.attribute());
		if (cause.value() != null) {
			findings.withValue(cause.value());
		}
		return findings.with("Reason", ((cause.value() != null) ? "The value " : "It ") + cause.problem())
			.toAnalysis(cause.remedy(), cause);
	}

}
