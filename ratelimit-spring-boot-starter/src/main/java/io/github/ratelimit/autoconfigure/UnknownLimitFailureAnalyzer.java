package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.UnknownLimitException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains the name of a limit that does not exist, where it comes from code. */
class UnknownLimitFailureAnalyzer extends AbstractFailureAnalyzer<UnknownLimitException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownLimitException cause) {
		String configure = "configure it as ratelimit.limits." + cause.name() + ".";
		return new Findings("A limit that does not exist is named").withBeanOf(rootFailure)
			.withValue(cause.name())
			.with("Reason", cause.getMessage())
			.toAnalysis(cause.nearest()
				.map((nearest) -> "Write '" + nearest + "', or " + configure)
				.orElse("Name a limit that exists, or " + configure), cause);
	}

}
