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
final class InvalidRateLimitedMethodFailureAnalyzer extends AbstractFailureAnalyzer<InvalidRateLimitedMethodException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidRateLimitedMethodException cause) {
		StringBuilder description = new StringBuilder("@RateLimited cannot work here:\n\n    Where: ")
			.append(cause.location());
		if (cause.attribute() != null) {
			description.append("\n    Attribute: ").append(cause.attribute());
		}
		if (cause.value() != null) {
			description.append("\n    Value: \"").append(cause.value()).append('"');
		}
		description.append("\n    Reason: ")
			.append((cause.value() != null) ? "The value " : "It ")
			.append(cause.problem());
		return new FailureAnalysis(description.toString(), cause.remedy(), cause);
	}

}
