package io.github.ratelimit.sample.chat;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A request of a client. Fields that the stub does not need are ignored.
 *
 * @param model the model's name; the stub accepts any
 * @param messages the conversation, at least one message
 * @param n the number of answers; null for one
 * @param maxTokens the maximum number of tokens of an answer; null for no bound
 * @param maxCompletionTokens the newer name of {@code maxTokens}
 * @param stream whether the answer is sent as server-sent events; null for no
 * @param streamOptions the additional output of a stream; null for none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonNaming(SnakeCaseStrategy.class)
record ChatRequest(String model, List<ChatMessage> messages, @Nullable Integer n, @Nullable Integer maxTokens,
		@Nullable Integer maxCompletionTokens, @Nullable Boolean stream, @Nullable StreamOptions streamOptions) {

	private static final int MAX_ANSWERS = 8;

	/** The expected tokens of an answer without a bound from the client. */
	private static final int EXPECTED_TOKENS = 500;

	/** An estimate must not make a request too large for the smallest budget. */
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

	/**
	 * Returns the maximum number of tokens of an answer, the larger of the two bounds.
	 */
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
	 * Returns the tokens that the call reserves from its caller's budget: its maximum
	 * cost or its expected cost. When the call ends, it pays its actual cost.
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
