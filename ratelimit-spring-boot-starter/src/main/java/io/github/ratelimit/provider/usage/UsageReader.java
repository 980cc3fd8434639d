package io.github.ratelimit.provider.usage;

import java.util.Arrays;
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

	private static final byte[][] USAGE = BoundedText.all("usage", "usageMetadata");

	private static final byte[][] PARENTS = BoundedText.all("message", "response", "x_groq");

	private static final Figure[] FIGURES = Figure.values();

	/** A figure's name or value is never longer. */
	private static final int LONGEST_WORD = 32;

	private final long[] values = new long[FIGURES.length];

	/** The figure whose value follows. */
	private @Nullable Figure figure;

	private boolean usageFollows;

	private boolean parentFollows;

	private boolean inParent;

	/** The depth of the usage object that is open, 0 if none is. */
	private int usageDepth;

	/** Creates a reader. */
	public UsageReader() {
		super(LONGEST_WORD);
		Arrays.fill(this.values, TokenUsage.UNKNOWN);
	}

	/**
	 * Returns what has been read so far. In a stream the numbers grow; the last ones that
	 * are not 0 apply.
	 * @return the usage, {@link TokenUsage#NONE} if there was none
	 */
	public TokenUsage usage() {
		// a prompt includes what is written to a cache, an input does not
		long prompt = value(Figure.PROMPT);
		long input = (prompt != TokenUsage.UNKNOWN) ? prompt : sum(value(Figure.INPUT), value(Figure.CACHE_WRITTEN));
		return new TokenUsage(sum(input, value(Figure.TOOL_PROMPT)), sum(value(Figure.OUTPUT), value(Figure.THOUGHTS)));
	}

	private long value(Figure figure) {
		return this.values[figure.ordinal()];
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
			for (Figure candidate : FIGURES) {
				if (word().isAny(candidate.names)) {
					this.figure = candidate;
					break;
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
		Figure figure = this.figure;
		if (figure == null || depth() != this.usageDepth) {
			return;
		}
		long number = word().asNumber();
		if (number > 0 || (number == 0 && value(figure) == TokenUsage.UNKNOWN)) {
			this.values[figure.ordinal()] = number;
		}
	}

	@Override
	void valueEnded() {
		this.figure = null;
		this.usageFollows = false;
		this.parentFollows = false;
	}

	private enum Figure {

		PROMPT("prompt_tokens", "promptTokenCount"),

		INPUT("input_tokens", "inputTokens"),

		CACHE_WRITTEN("cache_creation_input_tokens", "cacheWriteInputTokens"),

		TOOL_PROMPT("toolUsePromptTokenCount"),

		OUTPUT("completion_tokens", "output_tokens", "candidatesTokenCount", "outputTokens"),

		THOUGHTS("thoughtsTokenCount");

		@SuppressWarnings("ImmutableEnumChecker")
		private final byte[][] names;

		Figure(String... names) {
			this.names = BoundedText.all(names);
		}

	}

}
