package io.github.ratelimit.provider.usage;

import org.jspecify.annotations.Nullable;

/**
 * Finds the tokens that a call used in the response while it passes: in JSON and in
 * server-sent events, in the formats of OpenAI (chat and responses), Anthropic, Gemini
 * and Bedrock. It needs constant memory, allocates nothing while it reads, and accepts
 * any split of the bytes. The text of a model or a user is never read as usage, which is
 * at the top level of a response or an event, or just below its {@code message},
 * {@code response} or {@code x_groq}.
 * <p>
 * For one response and one thread at a time.
 */
public final class UsageReader extends JsonScanner {

	private static final byte[][] USAGE = Word.all("usage", "usageMetadata");

	private static final byte[][] PARENTS = Word.all("message", "response", "x_groq");

	private static final byte[][] PROMPT = Word.all("prompt_tokens", "promptTokenCount");

	private static final byte[][] INPUT = Word.all("input_tokens", "inputTokens");

	private static final byte[][] CACHE_WRITTEN = Word.all("cache_creation_input_tokens", "cacheWriteInputTokens");

	private static final byte[][] TOOL_PROMPT = Word.all("toolUsePromptTokenCount");

	private static final byte[][] OUTPUT = Word.all("completion_tokens", "output_tokens", "candidatesTokenCount",
			"outputTokens");

	private static final byte[][] THOUGHTS = Word.all("thoughtsTokenCount");

	private final Figure prompt = new Figure(PROMPT);

	private final Figure input = new Figure(INPUT);

	private final Figure cacheWritten = new Figure(CACHE_WRITTEN);

	private final Figure toolPrompt = new Figure(TOOL_PROMPT);

	private final Figure output = new Figure(OUTPUT);

	private final Figure thoughts = new Figure(THOUGHTS);

	private final Figure[] figures = { this.prompt, this.input, this.cacheWritten, this.toolPrompt, this.output,
			this.thoughts };

	/** The figure whose value follows. */
	private @Nullable Figure figure;

	private boolean usageFollows;

	private boolean parentFollows;

	private boolean inParent;

	/** The depth of the usage object that is open, 0 if none is. */
	private int usageDepth;

	/**
	 * Returns what has been read so far. In a stream the numbers grow; the last ones that
	 * are not 0 apply.
	 * @return the usage, {@link TokenUsage#NONE} if there was none
	 */
	public TokenUsage usage() {
		// a prompt includes what is written to a cache, an input does not
		long input = (this.prompt.value != TokenUsage.UNKNOWN) ? this.prompt.value : sum(this.input, this.cacheWritten);
		return new TokenUsage(sum(input, this.toolPrompt.value), sum(this.output, this.thoughts));
	}

	private static long sum(Figure one, Figure other) {
		return sum(one.value, other.value);
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
		if (object && this.usageFollows && (outer == 1 || (outer == 2 && this.inParent))) {
			this.usageDepth = depth();
		}
		else if (object && this.parentFollows && outer == 1) {
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
			this.figure = null;
			for (Figure candidate : this.figures) {
				if (word().isAny(candidate.names)) {
					this.figure = candidate;
				}
			}
		}
		else if (depth() == 1 || (depth() == 2 && this.inParent)) {
			this.usageFollows = word().isAny(USAGE);
			this.parentFollows = word().isAny(PARENTS);
		}
	}

	@Override
	void scalarEnded() {
		if (depth() == this.usageDepth && this.figure != null) {
			this.figure.read(word().asNumber());
		}
	}

	@Override
	void valueEnded() {
		this.figure = null;
		this.usageFollows = false;
		this.parentFollows = false;
	}

	private static final class Figure {

		private final byte[][] names;

		private long value = TokenUsage.UNKNOWN;

		Figure(byte[][] names) {
			this.names = names;
		}

		void read(long number) {
			if (number > 0 || (number == 0 && this.value == TokenUsage.UNKNOWN)) {
				this.value = number;
			}
		}

	}

}
