package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.InvalidRateException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a rate that cannot be, where it comes from code. */
class InvalidRateFailureAnalyzer extends AbstractFailureAnalyzer<InvalidRateException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidRateException cause) {
		return new Findings("A rate is not valid").withBeanOf(rootFailure)
			.withValue(cause.value())
			.with("Reason", "The rate " + cause.problem())
			.toAnalysis(cause.remedy(), cause);
	}

}
