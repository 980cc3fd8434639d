package io.github.ratelimit.autoconfigure.report;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** The analysis of a failure. */
public final class Failures {

	private Failures() {
	}

	public static @Nullable FailureAnalysis analyze(Throwable failure, @Nullable Environment environment) {
		return new RateLimitFailureAnalyzer(environment).analyze(failure);
	}

}
