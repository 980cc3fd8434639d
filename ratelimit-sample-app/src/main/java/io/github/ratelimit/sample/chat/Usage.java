package io.github.ratelimit.sample.chat;

import java.nio.charset.StandardCharsets;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The number of tokens of a completion. */
@JsonNaming(SnakeCaseStrategy.class)
record Usage(int promptTokens, int completionTokens, int totalTokens) {

	private static final int BYTES_PER_TOKEN = 4;

	static Usage of(int promptTokens, int completionTokens) {
		return new Usage(promptTokens, completionTokens, promptTokens + completionTokens);
	}

	/** The stub has no tokenizer: it counts a quarter of the UTF-8 bytes, rounded up. */
	static int estimateTokens(String text) {
		return (int) tokens(bytes(text));
	}

	static int bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8).length;
	}

	static long tokens(long bytes) {
		return (bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
	}

}
