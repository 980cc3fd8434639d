package io.github.ratelimit.client;

import io.github.ratelimit.governor.GovernorSettings;
import org.springframework.util.PatternMatchUtils;

/**
 * How the calls to some models are governed.
 *
 * @param pattern the name of a model; {@code *} matches any letters
 * @param settings how its calls are governed
 */
public record ModelSettings(String pattern, GovernorSettings settings) {

	boolean matches(String model) {
		return PatternMatchUtils.simpleMatch(this.pattern, model);
	}

}
