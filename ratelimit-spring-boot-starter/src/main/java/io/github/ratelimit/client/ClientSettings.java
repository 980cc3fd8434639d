package io.github.ratelimit.client;

import java.net.URI;
import java.util.List;
import java.util.Objects;

import io.github.ratelimit.governor.GovernorSettings;
import io.github.ratelimit.provider.dialect.ClientDialect;
import org.jspecify.annotations.Nullable;

/**
 * A client as it is configured.
 *
 * @param name its name, which it shares with no limit
 * @param match the addresses of its requests, empty for those of the HTTP service group
 * of its name
 * @param dialect how its provider reports limits; null to choose by the host
 * @param key what its quotas are counted by
 * @param settings how its calls are governed
 * @param models how calls to single models are governed, the first that matches
 * @param retry whether refused requests are sent again
 */
public record ClientSettings(String name, List<UrlPattern> match, @Nullable ClientDialect dialect, List<KeyPart> key,
		GovernorSettings settings, List<ModelSettings> models, RetryPolicy retry) {

	/** Creates settings. */
	public ClientSettings {
		Objects.requireNonNull(name, "name");
		Objects.requireNonNull(settings, "settings");
		Objects.requireNonNull(retry, "retry");
		match = List.copyOf(match);
		key = List.copyOf(key);
		models = List.copyOf(models);
	}

	boolean matches(URI uri) {
		for (UrlPattern pattern : this.match) {
			if (pattern.matches(uri)) {
				return true;
			}
		}
		return false;
	}

	GovernorSettings settings(@Nullable String model) {
		if (model != null) {
			for (ModelSettings candidate : this.models) {
				if (candidate.matches(model)) {
					return candidate.settings();
				}
			}
		}
		return this.settings;
	}

}
