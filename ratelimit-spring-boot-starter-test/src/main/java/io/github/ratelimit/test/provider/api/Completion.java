package io.github.ratelimit.test.provider.api;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.util.List;

/**
 * The answer of an API.
 *
 * @param model the model
 * @param created seconds since 1970
 * @param pieces the text, in the pieces in which it is streamed
 * @param usage the tokens
 * @param usageStreamed whether an OpenAI stream ends with the usage
 */
public record Completion(String model, long created, List<String> pieces, ProviderUsage usage, boolean usageStreamed) {

	String text() {
		return String.join("", this.pieces);
	}

	/** Returns an event without a name. */
	static String data(JsonObject json) {
		return "data: " + json + "\n\n";
	}

	/** Returns an event with a name. */
	static String event(String name, JsonObject json) {
		return "event: " + name + "\n" + data(json);
	}

}
