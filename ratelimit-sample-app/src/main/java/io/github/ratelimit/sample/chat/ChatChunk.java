package io.github.ratelimit.sample.chat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A piece of a streamed answer. */
record ChatChunk(String id, String object, long created, String model, List<Choice> choices) {

	static ChatChunk role(CompletionHead head, int answer) {
		return of(head, new Choice(answer, new Delta("assistant", ""), null, null));
	}

	static ChatChunk piece(CompletionHead head, int answer, String piece) {
		return of(head, new Choice(answer, new Delta(null, piece), null, null));
	}

	static ChatChunk end(CompletionHead head, int answer, String finishReason) {
		return of(head, new Choice(answer, new Delta(null, null), null, finishReason));
	}

	static ChatChunk withoutChoices(CompletionHead head) {
		return new ChatChunk(head.id(), "chat.completion.chunk", head.created(), head.model(), List.of());
	}

	private static ChatChunk of(CompletionHead head, Choice choice) {
		return new ChatChunk(head.id(), "chat.completion.chunk", head.created(), head.model(), List.of(choice));
	}

	@JsonNaming(SnakeCaseStrategy.class)
	record Choice(int index, Delta delta, @Nullable Object logprobs, @Nullable String finishReason) {

	}

	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Delta(@Nullable String role, @Nullable String content) {

	}

	/** A chunk of a stream with usage, which is null until the last one. */
	record WithUsage(@JsonUnwrapped ChatChunk chunk, @Nullable Usage usage) {

	}

}
