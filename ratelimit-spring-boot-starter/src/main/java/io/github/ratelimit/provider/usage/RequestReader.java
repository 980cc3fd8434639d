package io.github.ratelimit.provider.usage;

import org.jspecify.annotations.Nullable;

/**
 * Reads the size of a request to a model from its JSON body while it passes, in constant
 * memory. The content of a message is never read as a field of the request.
 * <p>
 * The input is estimated by {@link TokenWeights}. Of messages only the texts count, and
 * each message itself; of tool definitions and tool calls everything.
 * <p>
 * For one request and one thread at a time.
 */
public final class RequestReader extends JsonScanner {

	/** Deeper than the texts of messages: the arguments of tool calls. */
	private static final int DEPTH_OF_ARGUMENTS = 6;

	/** Names of models are shorter. */
	private static final int LONGEST_NAME = 128;

	private static final byte[][] TRUE = BoundedText.all("true");

	private static final Key[] KEYS = Key.values();

	/** The model of the last request: most applications use few. */
	private static volatile String lastName = "";

	private @Nullable String model;

	private long maxTokens = TokenUsage.UNKNOWN;

	private long choices = 1;

	private boolean streamed;

	private long units;

	/** How many of the last characters may be Base64, up to one more than a word has. */
	private int run;

	/** The key at the top level whose value is read. */
	private Key top = Key.OTHER;

	/** The key at the top level or in a configuration whose value is read. */
	private Key key = Key.OTHER;

	private boolean inList;

	/** Creates a reader. */
	public RequestReader() {
		super(LONGEST_NAME);
	}

	/**
	 * Returns what has been read so far.
	 * @return the facts, {@link ModelRequest#NONE} if the body is no JSON object
	 */
	public ModelRequest facts() {
		long input = (this.units + TokenWeights.UNITS_PER_TOKEN - 1) / TokenWeights.UNITS_PER_TOKEN;
		return new ModelRequest(this.model, input, maxOutputTokens(), this.streamed);
	}

	private long maxOutputTokens() {
		if (this.maxTokens == TokenUsage.UNKNOWN) {
			return TokenUsage.UNKNOWN;
		}
		return (this.maxTokens > Long.MAX_VALUE / this.choices) ? Long.MAX_VALUE : this.maxTokens * this.choices;
	}

	@Override
	void opened(boolean object) {
		if (depth() == 2) {
			this.inList = !object;
		}
		else if (depth() == 3 && object && this.inList && this.top != Key.TOOLS) {
			this.units += TokenWeights.PER_MESSAGE;
		}
	}

	@Override
	void keyEnded() {
		if (depth() == 1) {
			this.top = find();
			this.key = this.top;
		}
		else if (depth() == 2) {
			this.key = (this.top == Key.CONFIGURATION) ? find() : Key.OTHER;
		}
	}

	private Key find() {
		for (Key candidate : KEYS) {
			if (word().isAny(candidate.names)) {
				return candidate;
			}
		}
		return Key.OTHER;
	}

	@Override
	void scalarEnded() {
		if (depth() > 2) {
			return;
		}
		long number = word().asNumber();
		switch (this.key) {
			case STREAM -> this.streamed = depth() == 1 && word().isAny(TRUE);
			case MAX_TOKENS -> this.maxTokens = Math.max(this.maxTokens, number);
			case CHOICES -> this.choices = Math.max(this.choices, number);
			default -> {
			}
		}
	}

	@Override
	void valueEnded() {
		if (depth() <= 2) {
			this.key = Key.OTHER;
		}
		if (depth() <= 1) {
			this.top = Key.OTHER;
		}
	}

	@Override
	void stringStarted() {
		this.run = 0;
	}

	@Override
	void stringEnded() {
		if (depth() == 1 && this.top == Key.MODEL) {
			this.model = word().isComplete() ? name() : null;
		}
	}

	private String name() {
		String name = lastName;
		if (!word().is(name)) {
			name = word().toString();
			lastName = name;
		}
		return name;
	}

	@Override
	int textRead(byte[] bytes, int from, int to, boolean key) {
		if (!isCounted(key)) {
			return super.textRead(bytes, from, to, key);
		}
		int at = from;
		while (at < to && TokenWeights.isPlain(bytes[at])) {
			int limit = Math.min(to, at + TokenWeights.LONGEST_WORD - this.run);
			at = (at < limit) ? words(bytes, at, limit) : file(bytes, at, to);
		}
		return at;
	}

	@Override
	void escapeRead(int b, boolean key) {
		if (!isCounted(key)) {
			return;
		}
		if (this.run < TokenWeights.LONGEST_WORD || file(BYTES, b, b + 1) == b) {
			this.units += TokenWeights.of(b);
			this.run = TokenWeights.isBase64(b) ? this.run + 1 : 0;
		}
	}

	private boolean isCounted(boolean key) {
		return (!key || countsAll()) && this.top != Key.MODEL && this.top != Key.METADATA;
	}

	/**
	 * Counts plain text that is too short to make the run longer than a word.
	 * @return where it ends
	 */
	private int words(byte[] bytes, int from, int to) {
		int counted = 0;
		int end = from;
		while (end + 8 <= to) {
			int eight = TokenWeights.ofEight(bytes, end);
			if (eight >= TokenWeights.NOT_PLAIN) {
				break;
			}
			counted += eight;
			end += 8;
		}
		while (end < to && TokenWeights.isPlain(bytes[end])) {
			counted += TokenWeights.of(bytes[end++]);
		}
		this.units += counted;
		int start = end;
		while (start > from && TokenWeights.isBase64(bytes[start - 1])) {
			start--;
		}
		this.run = end - start + ((start == from) ? this.run : 0);
		return end;
	}

	/** Passes over what is left of a file. */
	private int file(byte[] bytes, int from, int to) {
		int end = from;
		while (end < to && TokenWeights.isBase64(bytes[end])) {
			end++;
		}
		if (end > from && this.run == TokenWeights.LONGEST_WORD) {
			this.units += TokenWeights.PER_FILE;
			this.run++;
		}
		this.run = (end < to && TokenWeights.isPlain(bytes[end])) ? 0 : this.run;
		return end;
	}

	@Override
	void structureRead(int b) {
		if (countsAll()) {
			this.units += TokenWeights.of(b);
		}
	}

	private boolean countsAll() {
		return this.top == Key.TOOLS || depth() >= DEPTH_OF_ARGUMENTS;
	}

	private enum Key {

		MODEL("model"),

		STREAM("stream"),

		MAX_TOKENS("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "maxTokens"),

		CHOICES("n", "best_of", "candidateCount"),

		CONFIGURATION("generationConfig", "generation_config", "inferenceConfig"),

		TOOLS("tools", "functions", "response_format", "toolConfig", "tool_config", "text"),

		METADATA("metadata"),

		OTHER;

		@SuppressWarnings("ImmutableEnumChecker")
		private final byte[][] names;

		Key(String... names) {
			this.names = BoundedText.all(names);
		}

	}

}
