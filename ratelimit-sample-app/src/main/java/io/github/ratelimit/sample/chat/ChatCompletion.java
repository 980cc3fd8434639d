package io.github.ratelimit.sample.chat;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A complete answer. */
@JsonNaming(SnakeCaseStrategy.class)
record ChatCompletion(String id, String object, long created, String model, List<Choice> choices, Usage usage) {

	static ChatCompletion of(CompletionHead head, StubModel.Reply reply) {
		Message message = new Message("assistant", reply.text(), null);
		List<Choice> choices = IntStream.range(0, reply.answers())
			.mapToObj((index) -> new Choice(index, message, null, reply.finishReason()))
			.toList();
		return new ChatCompletion(head.id(), "chat.completion", head.created(), head.model(), choices, reply.usage());
	}

	@JsonNaming(SnakeCaseStrategy.class)
	record Choice(int index, Message message, @Nullable Object logprobs, String finishReason) {

	}

	record Message(String role, String content, @JsonProperty("refusal") @Nullable String refusal) {

	}

}
