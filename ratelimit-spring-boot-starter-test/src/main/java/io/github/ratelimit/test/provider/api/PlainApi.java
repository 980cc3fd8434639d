package io.github.ratelimit.test.provider.api;

import io.github.ratelimit.test.provider.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Anything else: a text and the usage, never streamed. */
final class PlainApi implements ModelApi {

	@Override
	public boolean matches(String path) {
		return true;
	}

	@Override
	public boolean isStreamed(String path, Map<String, @Nullable Object> body) {
		return false;
	}

	@Override
	public JsonObject body(Completion completion) {
		return JsonObject.of("text", completion.text(), "usage",
				JsonObject.of("prompt_tokens", completion.usage().inputTokens(), "completion_tokens",
						completion.usage().outputTokens(), "total_tokens", completion.usage().totalTokens()));
	}

	@Override
	public List<String> events(Completion completion) {
		throw new IllegalStateException("No stream");
	}

}
