package io.github.ratelimit.actuate;

import io.github.ratelimit.registry.LimitChange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A setting that was changed while the application runs.
 *
 * @param configured what the configuration says, null if it says nothing
 * @param value what is in force, null if there is no such setting now
 */
public record ChangedDescriptor(@Nullable String configured, @Nullable String value) {

	static Map<String, ChangedDescriptor> of(List<LimitChange.Setting> differences) {
		Map<String, ChangedDescriptor> changed = new LinkedHashMap<>();
		differences.forEach(
				(setting) -> changed.put(setting.name(), new ChangedDescriptor(setting.before(), setting.after())));
		return changed;
	}

}
