package io.github.ratelimit.actuate;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a request to change something has in its body: parameters of an operation have
 * names of Java, which {@code max-concurrent} is not.
 *
 * @param values the values as texts by the names in the body, in order; null where the
 * body says null
 */
record RequestBody(Map<String, @Nullable String> values) {

	/** Creates a body. */
	RequestBody {
		values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
	}

}
