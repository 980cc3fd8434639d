package io.github.ratelimit.test.provider.api;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.util.ArrayList;
import java.util.List;

/** OpenAI's responses, with as little as a client needs. */
final class ResponsesApi implements ModelApi {

	@Override
	public boolean matches(String path) {
		return path.endsWith("/responses");
	}

	@Override
	public JsonObject body(Completion completion) {
		return response(completion, "completed");
	}

	@Override
	public List<String> events(Completion completion) {
		List<String> events = new ArrayList<>();
		int number = 0;
		events.add(event("response.created", number++, "response", response(completion, "in_progress")));
		for (String piece : completion.pieces()) {
			events.add(event("response.output_text.delta", number++, "item_id", "msg_test", "output_index", 0,
					"content_index", 0, "delta", piece, "logprobs", List.of()));
		}
		events.add(event("response.completed", number, "response", response(completion, "completed")));
		return events;
	}

	private static String event(String type, int number, Object... members) {
		return Completion.event(type, JsonObject.of("type", type, "sequence_number", number).with(members));
	}

	private static JsonObject response(Completion completion, String status) {
		boolean completed = status.equals("completed");
		JsonObject text = JsonObject.of("type", "output_text", "text", completion.text(), "annotations", List.of());
		JsonObject message = JsonObject.of("type", "message", "id", "msg_test", "status", status, "role", "assistant",
				"content", List.of(text));
		ProviderUsage usage = completion.usage();
		JsonObject tokens = JsonObject.of("input_tokens", usage.inputTokens(), "input_tokens_details",
				JsonObject.of("cached_tokens", 0, "cache_write_tokens", 0), "output_tokens", usage.outputTokens(),
				"output_tokens_details", JsonObject.of("reasoning_tokens", 0), "total_tokens", usage.totalTokens());
		return JsonObject.of("id", "resp_test", "object", "response", "created_at", completion.created(), "status",
				status, "error", null, "incomplete_details", null, "instructions", null, "metadata", JsonObject.of(),
				"model", completion.model(), "output", completed ? List.of(message) : List.of(), "parallel_tool_calls",
				true, "temperature", 1, "tool_choice", "auto", "tools", List.of(), "top_p", 1, "usage",
				completed ? tokens : null);
	}

}
