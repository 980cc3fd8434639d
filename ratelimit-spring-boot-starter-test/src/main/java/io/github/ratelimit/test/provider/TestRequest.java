package io.github.ratelimit.test.provider;

import io.github.ratelimit.test.provider.api.ModelApi;
import io.github.ratelimit.test.provider.http.HttpRequest;
import io.github.ratelimit.test.provider.json.JsonReader;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request as the provider understands it.
 *
 * @param method the method
 * @param path the path without its query
 * @param headers names in lower case, each with its last value
 * @param body the body, empty if there is none
 * @param model the model that it asks for, {@code unknown} if it names none
 * @param streamed whether it asks for a stream
 * @param maxTokens how many tokens of output it allows, null if it sets no limit
 * @param credential the credential hashed, see {@link TestProvider#credential(String)};
 * {@code anonymous} if there is none
 * @param attempt the header {@code X-Stainless-Retry-Count} of OpenAI's and Anthropic's
 * SDKs, {@code 0} for a first attempt; null if there is none
 */
public record TestRequest(String method, String path, Map<String, String> headers, String body, String model,
		boolean streamed, @Nullable Long maxTokens, String credential, @Nullable String attempt) {

	static TestRequest of(HttpRequest request, ModelApi api) {
		String[] target = request.target().split("\\?", 2);
		Map<String, @Nullable Object> body = JsonReader.object(request.body());
		return new TestRequest(request.method(), target[0], request.headers(), request.body(),
				api.model(target[0], body), api.isStreamed(target[0], body), maxTokens(body),
				credential(request, (target.length > 1) ? target[1] : ""), request.header("x-stainless-retry-count"));
	}

	private static @Nullable Long maxTokens(Map<String, @Nullable Object> body) {
		for (String name : new String[] { "max_completion_tokens", "max_output_tokens", "max_tokens" }) {
			if (body.get(name) instanceof Number number) {
				return number.longValue();
			}
		}
		if (body.get("generationConfig") instanceof Map<?, ?> config
				&& config.get("maxOutputTokens") instanceof Number number) {
			return number.longValue();
		}
		return null;
	}

	private static String credential(HttpRequest request, String query) {
		for (String name : new String[] { "authorization", "x-api-key", "api-key", "x-goog-api-key" }) {
			String value = request.header(name);
			if (value != null) {
				return TestProvider.credential(value.startsWith("Bearer ") ? value.substring(7) : value);
			}
		}
		for (String parameter : query.split("&")) {
			if (parameter.startsWith("key=")) {
				return TestProvider.credential(parameter.substring(4));
			}
		}
		return "anonymous";
	}

	/**
	 * Returns a usage as plausible as it gets without a tokenizer: a token of input for
	 * every four bytes of the body, and an answer of 16 tokens, or fewer if the request
	 * allows no more.
	 * @return the usage
	 */
	public ProviderUsage plausibleUsage() {
		long input = (this.body.getBytes(StandardCharsets.UTF_8).length + 3L) / 4;
		return new ProviderUsage(input, (this.maxTokens != null) ? Math.max(0, Math.min(16, this.maxTokens)) : 16);
	}

}
