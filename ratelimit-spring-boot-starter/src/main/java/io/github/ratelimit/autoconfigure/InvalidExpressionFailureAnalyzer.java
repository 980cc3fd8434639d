package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.expression.InvalidExpressionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains an expression that cannot be, where it comes from code. */
class InvalidExpressionFailureAnalyzer extends AbstractFailureAnalyzer<InvalidExpressionException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidExpressionException cause) {
		return new Findings("An expression is not valid").withBeanOf(rootFailure)
			.withValue(cause.expression())
			.with("Reason", "The expression " + cause.problem())
			.toAnalysis(cause.remedy(), cause);
	}

}
