package io.github.ratelimit.provider.usage;

import java.util.Arrays;

/**
 * Finds the tokens that a call used in the response as it passes: in JSON and in
 * server-sent events, in the shapes of OpenAI (chat and responses), Anthropic, Gemini and
 * Bedrock. It needs constant memory, allocates nothing as it reads, and asks nothing of
 * where the bytes are split. What a model or a user writes is never mistaken for it: usage
 * stands at the top level of a response or an event, or just below its {@code message},
 * {@code response} or {@code x_groq}.
 * <p>
 * For one response and one thread at a time.
 */
public final class UsageReader extends JsonScanner {

	private static final Field[] FIELDS = Field.values();

	/** Of each field the value, {@link TokenUsage#UNKNOWN} where none was read. */
	private final long[] values = new long[FIELDS.length];

	private Key key = Key.OTHER;

	private Field field = Field.OTHER;

	private boolean inParent;

	/** The depth of the usage object that is open, 0 if none is. */
	private int usageDepth;

	/** Creates a reader. */
	public UsageReader() {
		Arrays.fill(this.values, TokenUsage.UNKNOWN);
	}

	/**
	 * Returns what was read until now. In a stream the figures grow; the last ones that
	 * are not 0 count.
	 * @return the usage, {@link TokenUsage#NONE} if there was none
	 */
	public TokenUsage usage() {
		// the prompt of some includes what is written to a cache, the input of others does not
		long prompt = value(Field.PROMPT);
		long input = (prompt != TokenUsage.UNKNOWN) ? prompt : sum(value(Field.INPUT), value(Field.CACHE_WRITTEN));
		return new TokenUsage(sum(input, value(Field.TOOL_PROMPT)),
				sum(value(Field.OUTPUT), value(Field.THOUGHTS)));
	}

	private long value(Field field) {
		return this.values[field.ordinal()];
	}

	private static long sum(long one, long other) {
		if (one == TokenUsage.UNKNOWN || other == TokenUsage.UNKNOWN) {
			return Math.max(one, other);
		}
		return one + other;
	}

	@Override
	void opened(boolean object) {
		int outer = depth() - 1;
		if (object && this.key == Key.USAGE && (outer == 1 || (outer == 2 && this.inParent))) {
			this.usageDepth = depth();
		}
		else if (object && this.key == Key.PARENT && outer == 1) {
			this.inParent = true;
		}
		valueEnded();
	}

	@Override
	void closing() {
		if (depth() == this.usageDepth) {
			this.usageDepth = 0;
		}
		else if (depth() == 2) {
			this.inParent = false;
		}
	}

	@Override
	void keyEnded() {
		if (depth() == this.usageDepth) {
			this.field = Field.OTHER;
			for (Field candidate : FIELDS) {
				if (isWord(candidate.names)) {
					this.field = candidate;
				}
			}
		}
		else if (depth() == 1 || (depth() == 2 && this.inParent)) {
			this.key = isWord(Key.USAGE.names) ? Key.USAGE
					: isWord(Key.PARENT.names) ? Key.PARENT : Key.OTHER;
		}
	}

	@Override
	void scalarEnded() {
		if (depth() == this.usageDepth && this.field != Field.OTHER) {
			long number = wordAsNumber();
			int index = this.field.ordinal();
			if (number > 0 || (number == 0 && this.values[index] == TokenUsage.UNKNOWN)) {
				this.values[index] = number;
			}
		}
	}

	@Override
	void valueEnded() {
		this.key = Key.OTHER;
		this.field = Field.OTHER;
	}

	private enum Key {

		USAGE("usage", "usageMetadata"), PARENT("message", "response", "x_groq"), OTHER;

		private final byte[][] names;

		Key(String... names) {
			this.names = bytes(names);
		}

	}

	private enum Field {

		PROMPT("prompt_tokens", "promptTokenCount"),

		INPUT("input_tokens", "inputTokens"),

		CACHE_WRITTEN("cache_creation_input_tokens", "cacheWriteInputTokens"),

		TOOL_PROMPT("toolUsePromptTokenCount"),

		OUTPUT("completion_tokens", "output_tokens", "candidatesTokenCount", "outputTokens"),

		THOUGHTS("thoughtsTokenCount"),

		OTHER;

		private final byte[][] names;

		Field(String... names) {
			this.names = bytes(names);
		}

	}

}
