package io.github.ratelimit.test.provider.api;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's chat completions, which many providers have; also below Azure's deployments.
 */
final class ChatCompletionsApi implements ModelApi {

	@Override
	public boolean matches(String path) {
		return path.endsWith("/chat/completions");
	}

	@Override
	public String model(String path, Map<String, @Nullable Object> body) {
		int deployment = path.indexOf("/deployments/");
		return (deployment < 0) ? ModelApi.super.model(path, body) : path.substring(deployment + 13).split("/")[0];
	}

	@Override
	public JsonObject body(Completion completion) {
		JsonObject message = JsonObject.of("role", "assistant", "content", completion.text(), "refusal", null);
		JsonObject choice = JsonObject.of("index", 0, "message", message, "logprobs", null, "finish_reason", "stop");
		return JsonObject.of("id", "chatcmpl-test", "object", "chat.completion", "created", completion.created(),
				"model", completion.model(), "choices", List.of(choice), "usage", usage(completion.usage()));
	}

	@Override
	public List<String> events(Completion completion) {
		List<String> events = new ArrayList<>();
		events.add(chunk(completion, JsonObject.of("role", "assistant", "content", ""), null));
		completion.pieces().forEach((piece) -> events.add(chunk(completion, JsonObject.of("content", piece), null)));
		events.add(chunk(completion, JsonObject.of(), "stop"));
		if (completion.usageStreamed()) {
			events.add(chunk(completion, List.of(), usage(completion.usage())));
		}
		events.add("data: [DONE]\n\n");
		return events;
	}

	private static String chunk(Completion completion, JsonObject delta, @Nullable String finishReason) {
		return chunk(completion,
				List.of(JsonObject.of("index", 0, "delta", delta, "logprobs", null, "finish_reason", finishReason)),
				null);
	}

	private static String chunk(Completion completion, List<?> choices, @Nullable Object usage) {
		JsonObject chunk = JsonObject.of("id", "chatcmpl-test", "object", "chat.completion.chunk", "created",
				completion.created(), "model", completion.model(), "choices", choices);
		if (completion.usageStreamed()) {
			chunk.with("usage", usage);
		}
		return Completion.data(chunk);
	}

	private static JsonObject usage(ProviderUsage usage) {
		return JsonObject.of("prompt_tokens", usage.inputTokens(), "completion_tokens", usage.outputTokens(),
				"total_tokens", usage.totalTokens());
	}

}
