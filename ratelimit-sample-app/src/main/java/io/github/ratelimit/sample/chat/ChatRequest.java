package io.github.ratelimit.sample.chat;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What a client asks. Fields that the stub has no use for are ignored.
 *
 * @param model the model's name; the stub answers to any
 * @param messages the conversation, at least one message
 * @param stream whether the answer comes as server-sent events; null for no
 * @param streamOptions what a stream tells besides; null for nothing
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonNaming(SnakeCaseStrategy.class)
record ChatRequest(String model, List<ChatMessage> messages, @Nullable Boolean stream,
		@Nullable StreamOptions streamOptions) {

	ChatRequest {
		if (model == null || model.isBlank()) {
			throw new InvalidChatRequestException("model", "'model' is missing. Name one, for example 'stub'.");
		}
		if (messages == null || messages.isEmpty()) {
			throw new InvalidChatRequestException("messages", "'messages' needs at least one message.");
		}
		for (ChatMessage message : messages) {
			if (message == null) {
				throw new InvalidChatRequestException("messages", "A message is null.");
			}
		}
	}

	boolean streamed() {
		return Boolean.TRUE.equals(this.stream);
	}

	boolean streamsUsage() {
		return this.streamOptions != null && Boolean.TRUE.equals(this.streamOptions.includeUsage());
	}

	@JsonIgnoreProperties(ignoreUnknown = true)
	@JsonNaming(SnakeCaseStrategy.class)
	record StreamOptions(@Nullable Boolean includeUsage) {

	}

}
