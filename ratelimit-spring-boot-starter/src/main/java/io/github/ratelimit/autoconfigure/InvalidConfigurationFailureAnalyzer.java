package io.github.ratelimit.autoconfigure;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/** Explains a property that cannot be, and where it stands. */
class InvalidConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<InvalidConfigurationException> {

	private final @Nullable Environment environment;

	InvalidConfigurationFailureAnalyzer(@Nullable Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidConfigurationException cause) {
		Findings findings = new Findings("The rate limits are not configured correctly").with("Property",
				cause.property());
		if (!cause.value().isEmpty()) {
			findings.withValue(cause.value());
		}
		return findings.with("Origin", origin(cause.property()))
			.with("Reason", (cause.value().isEmpty() ? "It " : "The value ") + cause.problem())
			.toAnalysis(cause.remedy(), cause);
	}

	private @Nullable String origin(String property) {
		return (this.environment instanceof ConfigurableEnvironment configurable)
				? PropertyPlaces.of(configurable).find(property) : null;
	}

}
