package io.github.ratelimit.provider.usage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON as its bytes pass, split anywhere, in constant memory. The bytes may hold
 * several values with anything between them, as a stream of events does: outside of
 * objects everything but an opening brace is skipped. What is no JSON does no harm: a
 * control character that no JSON holds starts afresh.
 */
abstract class JsonScanner {

	/** Longer words are no key, number or name that is looked for. */
	private static final int MAX_WORD = 128;

	private static final int MAX_KNOWN_DEPTH = 63;

	private final byte[] word = new byte[MAX_WORD];

	private int wordLength;

	private State state = State.STRUCTURE;

	/** Whether the word is a key. */
	private boolean key;

	/** Whether a key and its colon were read, so that a value follows. */
	private boolean valueNext;

	private int depth;

	/** A bit for each depth: whether it is an object. */
	private long objects;

	private int unicode;

	private int unicodeDigits;

	/**
	 * Reads bytes.
	 * @param bytes where they are
	 * @param offset the first of them
	 * @param length how many there are
	 */
	public final void read(byte[] bytes, int offset, int length) {
		for (int i = offset; i < offset + length; i++) {
			accept(bytes[i]);
		}
	}

	/**
	 * Reads what remains in a buffer, and leaves it there.
	 * @param bytes the buffer
	 */
	public final void read(ByteBuffer bytes) {
		if (bytes.hasArray()) {
			read(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
			return;
		}
		for (int i = bytes.position(); i < bytes.limit(); i++) {
			accept(bytes.get(i));
		}
	}

	private void accept(byte b) {
		switch (this.state) {
			case STRING -> string(b);
			case ESCAPE -> escape(b);
			case UNICODE -> unicode(b);
			case SCALAR -> scalarOrStructure(b);
			case STRUCTURE -> structure(b);
		}
	}

	private void string(byte b) {
		if (b == '"') {
			endString();
		}
		else if (b == '\\') {
			this.state = State.ESCAPE;
		}
		else if (b >= 0 && b < ' ') {
			startAfresh();
		}
		else {
			text(b);
		}
	}

	private void text(int b) {
		collect(b);
		textByte(b, this.key);
	}

	private void scalar(byte b) {
		collect(b);
		structureByte(b);
	}

	private void collect(int b) {
		if (this.wordLength < MAX_WORD) {
			this.word[this.wordLength] = (byte) b;
		}
		this.wordLength += (this.wordLength <= MAX_WORD) ? 1 : 0;
	}

	private void escape(byte b) {
		this.state = State.STRING;
		switch (b) {
			case 'u' -> {
				this.state = State.UNICODE;
				this.unicode = 0;
				this.unicodeDigits = 0;
			}
			case 'n', 'r', 't', 'b', 'f' -> text('\n');
			default -> text(b);
		}
	}

	private void unicode(byte b) {
		int digit = Character.digit(b, 16);
		if (digit < 0) {
			this.state = State.STRING;
			string(b);
			return;
		}
		this.unicode = this.unicode * 16 + digit;
		if (++this.unicodeDigits == 4) {
			this.state = State.STRING;
			character((char) this.unicode);
		}
	}

	/** The two halves of a pair make four bytes, as in UTF-8, though not the same. */
	private void character(char c) {
		if (c < 0x80) {
			text(c);
		}
		else {
			if (c >= 0x800 && !Character.isSurrogate(c)) {
				text(0xE0 | (c >> 12));
			}
			text(0x80 | ((c >> 6) & 0x3F));
			text(0x80 | (c & 0x3F));
		}
	}

	private void scalarOrStructure(byte b) {
		if (isScalar(b)) {
			scalar(b);
			return;
		}
		this.state = State.STRUCTURE;
		scalarEnded();
		structure(b);
	}

	private static boolean isScalar(byte b) {
		return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '-' || b == '+'
				|| b == '.';
	}

	private void structure(byte b) {
		if (this.depth == 0) {
			if (b == '{') {
				open(true);
			}
			return;
		}
		switch (b) {
			case '{' -> open(true);
			case '[' -> open(false);
			case '}', ']' -> close();
			case '"' -> {
				this.state = State.STRING;
				this.wordLength = 0;
				this.key = isObject() && !this.valueNext;
				structureByte(b);
				stringStarted();
			}
			case ':' -> {
				this.valueNext |= this.key;
				structureByte(b);
			}
			case ',' -> {
				this.valueNext = false;
				structureByte(b);
				valueEnded();
			}
			case ' ', '\n', '\r', '\t' -> {
			}
			default -> {
				if (isScalar(b)) {
					this.state = State.SCALAR;
					this.key = false;
					this.wordLength = 0;
					scalar(b);
				}
				else if (b >= 0 && b < ' ') {
					startAfresh();
				}
			}
		}
	}

	private boolean isObject() {
		return this.depth <= MAX_KNOWN_DEPTH && (this.objects & (1L << this.depth)) != 0;
	}

	private void open(boolean object) {
		this.depth++;
		if (this.depth <= MAX_KNOWN_DEPTH) {
			long bit = 1L << this.depth;
			this.objects = object ? this.objects | bit : this.objects & ~bit;
		}
		this.valueNext = false;
		structureByte(object ? '{' : '[');
		opened(object);
	}

	private void close() {
		structureByte('}');
		closing();
		this.depth--;
		this.valueNext = false;
		valueEnded();
	}

	private void endString() {
		this.state = State.STRUCTURE;
		structureByte('"');
		if (this.key) {
			keyEnded();
		}
		else {
			stringEnded();
		}
	}

	private void startAfresh() {
		this.state = State.STRUCTURE;
		while (this.depth > 0) {
			close();
		}
	}

	/** Returns how many objects and arrays are open. */
	final int depth() {
		return this.depth;
	}

	/** Returns whether the word that was read last is one of these. */
	final boolean isWord(byte[][] names) {
		for (byte[] name : names) {
			if (isWord(name)) {
				return true;
			}
		}
		return false;
	}

	private boolean isWord(byte[] expected) {
		if (this.wordLength != expected.length) {
			return false;
		}
		for (int i = 0; i < expected.length; i++) {
			if (this.word[i] != expected[i]) {
				return false;
			}
		}
		return true;
	}

	/** Returns the word that was read last, without what does not fit. */
	final String word() {
		return new String(this.word, 0, Math.min(this.wordLength, MAX_WORD), StandardCharsets.UTF_8);
	}

	/** Returns whether the word that was read last has been kept in full. */
	final boolean isWordComplete() {
		return this.wordLength <= MAX_WORD;
	}

	/**
	 * Returns the number that was read last, without what follows its point.
	 * @return the number, {@link TokenUsage#UNKNOWN} if it is none, negative, or beyond
	 * what a JSON number can hold exactly
	 */
	final long wordAsNumber() {
		long number = 0;
		int i = 0;
		for (; i < this.wordLength && i < MAX_WORD && this.word[i] != '.'; i++) {
			int digit = this.word[i] - '0';
			if (digit < 0 || digit > 9 || number > (1L << 53) / 10) {
				return TokenUsage.UNKNOWN;
			}
			number = number * 10 + digit;
		}
		for (i++; i < this.wordLength && i < MAX_WORD; i++) {
			if (this.word[i] < '0' || this.word[i] > '9') {
				return TokenUsage.UNKNOWN;
			}
		}
		return (this.word[0] != '.') ? number : TokenUsage.UNKNOWN;
	}

	/** An object or array has begun; {@link #depth()} counts it. */
	abstract void opened(boolean object);

	/** An object or array is about to end; {@link #depth()} still counts it. */
	abstract void closing();

	/** A key has been read. */
	abstract void keyEnded();

	/** A number, true, false or null has been read. */
	abstract void scalarEnded();

	/** A value of any kind has ended, or what contains it. */
	abstract void valueEnded();

	/** A string has begun. */
	void stringStarted() {
	}

	/** A string that is no key has been read. */
	void stringEnded() {
	}

	/** A byte of a string, unescaped. */
	void textByte(int b, boolean key) {
	}

	/** A byte that is not of a string, and no space. */
	void structureByte(int b) {
	}

	static byte[][] bytes(String... names) {
		byte[][] bytes = new byte[names.length][];
		for (int i = 0; i < names.length; i++) {
			bytes[i] = names[i].getBytes(StandardCharsets.US_ASCII);
		}
		return bytes;
	}

	private enum State {

		STRUCTURE, STRING, ESCAPE, UNICODE, SCALAR

	}

}
