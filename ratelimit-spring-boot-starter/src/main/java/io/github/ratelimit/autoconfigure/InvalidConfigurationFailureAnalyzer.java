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
		String place = cause.place();
		if (place != null) {
			findings.with("Origin", place);
		}
		else if (this.environment instanceof ConfigurableEnvironment configurable) {
			PropertyPlaces places = PropertyPlaces.of(configurable, cause.property());
			findings.with("Origin", places.winner()).with("Instead of", places.others());
		}
		return findings.with("Reason", (cause.value().isEmpty() ? "It " : "The value ") + cause.problem())
			.toAnalysis(cause.remedy(), cause);
	}

}
