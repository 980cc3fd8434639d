package io.github.ratelimit.test.provider.api;

import io.github.ratelimit.test.provider.json.JsonObject;
import io.github.ratelimit.test.provider.limits.ProviderUsage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Anthropic's messages. A stream has the input tokens in its first event and the output
 * tokens in its last but one.
 */
final class MessagesApi implements ModelApi {

	@Override
	public boolean matches(String path) {
		return path.endsWith("/messages");
	}

	@Override
	public JsonObject body(Completion completion) {
		return message(completion, List.of(JsonObject.of("type", "text", "text", completion.text())), "end_turn",
				completion.usage());
	}

	@Override
	public List<String> events(Completion completion) {
		List<String> events = new ArrayList<>();
		ProviderUsage begun = new ProviderUsage(completion.usage().inputTokens(), 1);
		events.add(event("message_start", "message", message(completion, List.of(), null, begun)));
		events
			.add(event("content_block_start", "index", 0, "content_block", JsonObject.of("type", "text", "text", "")));
		for (String piece : completion.pieces()) {
			events.add(event("content_block_delta", "index", 0, "delta",
					JsonObject.of("type", "text_delta", "text", piece)));
		}
		events.add(event("content_block_stop", "index", 0));
		events.add(event("message_delta", "delta", JsonObject.of("stop_reason", "end_turn", "stop_sequence", null),
				"usage", JsonObject.of("output_tokens", completion.usage().outputTokens())));
		events.add(event("message_stop"));
		return events;
	}

	private static String event(String type, Object... members) {
		return Completion.event(type, JsonObject.of("type", type).with(members));
	}

	private static JsonObject message(Completion completion, List<?> content, @Nullable String stopReason,
			ProviderUsage usage) {
		return JsonObject.of("id", "msg_test", "type", "message", "role", "assistant", "model", completion.model(),
				"content", content, "stop_reason", stopReason, "stop_sequence", null, "usage",
				JsonObject.of("input_tokens", usage.inputTokens(), "cache_creation_input_tokens", 0,
						"cache_read_input_tokens", 0, "output_tokens", usage.outputTokens()));
	}

}
