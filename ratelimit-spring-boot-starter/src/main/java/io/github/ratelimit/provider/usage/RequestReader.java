package io.github.ratelimit.provider.usage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Reads the size of a request to a model from its JSON body while it passes, in constant
 * memory. The content of a message is never read as a field of the request.
 * <p>
 * The input is estimated by its characters: about four of prose are a token, about three
 * of code, since each bracket and operator counts as half a token. Outside of the Latin
 * script the length in UTF-8 determines the kind: three Greek, Cyrillic or Arabic letters
 * are a token, four Chinese characters three, an emoji one and a half; escaped or not. Of
 * messages only the texts count, and four tokens for each; of tool definitions and tool
 * calls everything. An image or a file in Base64 counts about 1,000 tokens, whatever its
 * length.
 * <p>
 * For one request and one thread at a time.
 */
public final class RequestReader extends JsonScanner {

	private static final int UNITS_PER_TOKEN = 12;

	private static final int PER_MESSAGE = 4 * UNITS_PER_TOKEN;

	/** A longer run of characters of Base64 is a file. */
	private static final int LONGEST_WORD = 512;

	/** In addition to what its first characters count. */
	private static final int PER_FILE = 1000 * UNITS_PER_TOKEN - 3 * LONGEST_WORD;

	/** Deeper than the texts of messages: the arguments of tool calls. */
	private static final int DEPTH_OF_ARGUMENTS = 6;

	/** Names of models are shorter. */
	private static final int LONGEST_NAME = 128;

	private static final byte[] UNITS = units();

	/** More than eight characters count. */
	private static final int NOT_PLAIN = 1 << 10;

	/** What the characters of plain text count, {@link #NOT_PLAIN} for what ends it. */
	private static final int[] WEIGHTS = weights();

	private static final boolean[] BASE64 = base64();

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
		long input = (this.units + UNITS_PER_TOKEN - 1) / UNITS_PER_TOKEN;
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
			this.units += PER_MESSAGE;
		}
	}

	@Override
	void closing() {
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
		while (at < to && isPlain(bytes[at])) {
			int limit = Math.min(to, at + LONGEST_WORD - this.run);
			at = (at < limit) ? words(bytes, at, limit) : file(bytes, at, to);
		}
		return at;
	}

	@Override
	void escapeRead(int b, boolean key) {
		if (!isCounted(key)) {
			return;
		}
		if (this.run < LONGEST_WORD || file(BYTES, b, b + 1) == b) {
			this.units += UNITS[b];
			this.run = BASE64[b] ? this.run + 1 : 0;
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
			int eight = weightOfEight(bytes, end);
			if (eight >= NOT_PLAIN) {
				break;
			}
			counted += eight;
			end += 8;
		}
		while (end < to && isPlain(bytes[end])) {
			counted += WEIGHTS[bytes[end++] & 0xFF];
		}
		this.units += counted;
		int start = end;
		while (start > from && BASE64[bytes[start - 1] & 0xFF]) {
			start--;
		}
		this.run = end - start + ((start == from) ? this.run : 0);
		return end;
	}

	private static boolean isPlain(byte b) {
		return WEIGHTS[b & 0xFF] < NOT_PLAIN;
	}

	private static int weightOfEight(byte[] bytes, int at) {
		return WEIGHTS[bytes[at] & 0xFF] + WEIGHTS[bytes[at + 1] & 0xFF] + WEIGHTS[bytes[at + 2] & 0xFF]
				+ WEIGHTS[bytes[at + 3] & 0xFF] + WEIGHTS[bytes[at + 4] & 0xFF] + WEIGHTS[bytes[at + 5] & 0xFF]
				+ WEIGHTS[bytes[at + 6] & 0xFF] + WEIGHTS[bytes[at + 7] & 0xFF];
	}

	/** Passes over what is left of a file. */
	private int file(byte[] bytes, int from, int to) {
		int end = from;
		while (end < to && BASE64[bytes[end] & 0xFF]) {
			end++;
		}
		if (end > from && this.run == LONGEST_WORD) {
			this.units += PER_FILE;
			this.run++;
		}
		this.run = (end < to && isPlain(bytes[end])) ? 0 : this.run;
		return end;
	}

	@Override
	void structureRead(int b) {
		if (countsAll()) {
			this.units += UNITS[b];
		}
	}

	private boolean countsAll() {
		return this.top == Key.TOOLS || depth() >= DEPTH_OF_ARGUMENTS;
	}

	private static byte[] units() {
		byte[] units = new byte[256];
		Arrays.fill(units, 0, 0x80, (byte) 3);
		// the bytes of UTF-8 that begin a character, and those that continue one
		Arrays.fill(units, 0x80, 0xE1, (byte) 2);
		Arrays.fill(units, 0xE1, 0xF0, (byte) 5);
		Arrays.fill(units, 0xF0, 0x100, (byte) 12);
		for (byte sign : "{}[]()<>;:\"\\|&*#$%^~@=+/-_".getBytes(StandardCharsets.US_ASCII)) {
			units[sign] = 6;
		}
		Arrays.fill(units, '0', '9' + 1, (byte) 4);
		return units;
	}

	private static int[] weights() {
		int[] weights = new int[UNITS.length];
		for (int b = 0; b < weights.length; b++) {
			weights[b] = (b < ' ' || b == '"' || b == '\\') ? NOT_PLAIN : UNITS[b];
		}
		return weights;
	}

	private static boolean[] base64() {
		boolean[] base64 = new boolean[256];
		Arrays.fill(base64, '0', '9' + 1, true);
		Arrays.fill(base64, 'A', 'Z' + 1, true);
		Arrays.fill(base64, 'a', 'z' + 1, true);
		for (byte sign : "=+/-_".getBytes(StandardCharsets.US_ASCII)) {
			base64[sign] = true;
		}
		return base64;
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
