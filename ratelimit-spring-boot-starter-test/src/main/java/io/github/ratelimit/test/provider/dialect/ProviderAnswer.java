package io.github.ratelimit.test.provider.dialect;

import io.github.ratelimit.test.provider.json.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer that is no success.
 *
 * @param status the HTTP status
 * @param headers names in lower case and values, the type of the body among them
 * @param body the body, empty if there is none
 */
public record ProviderAnswer(int status, Map<String, String> headers, String body) {

	/** Creates an answer. */
	public ProviderAnswer {
		headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
	}

	/**
	 * Returns an answer with a JSON body.
	 * @param status the HTTP status
	 * @param headers all headers but the type of the body
	 * @param body the body
	 * @return the answer
	 */
	static ProviderAnswer json(int status, Map<String, String> headers, JsonObject body) {
		Map<String, String> all = new LinkedHashMap<>(headers);
		all.putIfAbsent("content-type", "application/json");
		return new ProviderAnswer(status, all, body.toString());
	}

}
