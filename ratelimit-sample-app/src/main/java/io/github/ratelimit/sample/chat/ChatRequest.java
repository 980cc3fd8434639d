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
 * @param n how many answers; null for one
 * @param maxTokens how many tokens an answer may have at most; null for no bound
 * @param maxCompletionTokens the newer name of {@code maxTokens}
 * @param stream whether the answer comes as server-sent events; null for no
 * @param streamOptions what a stream tells besides; null for nothing
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonNaming(SnakeCaseStrategy.class)
record ChatRequest(String model, List<ChatMessage> messages, @Nullable Integer n, @Nullable Integer maxTokens,
		@Nullable Integer maxCompletionTokens, @Nullable Boolean stream, @Nullable StreamOptions streamOptions) {

	private static final int MAX_ANSWERS = 8;

	/** What an answer is expected to have where the client names no bound. */
	private static final int EXPECTED_TOKENS = 500;

	/** What is only expected makes no request too large for the smallest budget. */
	private static final int MOST_EXPECTED_TOKENS = 2000;

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
		if (n != null && (n < 1 || n > MAX_ANSWERS)) {
			throw new InvalidChatRequestException("n", "'n' is " + n + ". It can be 1 to " + MAX_ANSWERS + ".");
		}
		checkPositive("max_tokens", maxTokens);
		checkPositive("max_completion_tokens", maxCompletionTokens);
	}

	private static void checkPositive(String param, @Nullable Integer tokens) {
		if (tokens != null && tokens < 1) {
			throw new InvalidChatRequestException(param, "'" + param + "' is " + tokens + ". It must be at least 1.");
		}
	}

	boolean streamed() {
		return Boolean.TRUE.equals(this.stream);
	}

	boolean streamsUsage() {
		return this.streamOptions != null && Boolean.TRUE.equals(this.streamOptions.includeUsage());
	}

	int answers() {
		return (this.n != null) ? this.n : 1;
	}

	/** Returns how many tokens an answer may have, the larger of the two bounds. */
	int answerBound() {
		if (this.maxTokens == null && this.maxCompletionTokens == null) {
			return Integer.MAX_VALUE;
		}
		return Math.max((this.maxTokens != null) ? this.maxTokens : 0,
				(this.maxCompletionTokens != null) ? this.maxCompletionTokens : 0);
	}

	int promptTokens() {
		return this.messages.stream().map(ChatMessage::text).mapToInt(Usage::estimateTokens).sum();
	}

	/**
	 * Returns what the call reserves of its caller's budget: what it costs at most, or
	 * what it is expected to cost. When it is over it pays what it did cost.
	 * @return tokens
	 */
	public long reservedTokens() {
		long prompt = promptTokens();
		int bound = answerBound();
		if (bound < Integer.MAX_VALUE) {
			return prompt + (long) answers() * bound;
		}
		return Math.max(prompt, Math.min(prompt + answers() * EXPECTED_TOKENS, MOST_EXPECTED_TOKENS));
	}

	@JsonIgnoreProperties(ignoreUnknown = true)
	@JsonNaming(SnakeCaseStrategy.class)
	record StreamOptions(@Nullable Boolean includeUsage) {

	}

}
