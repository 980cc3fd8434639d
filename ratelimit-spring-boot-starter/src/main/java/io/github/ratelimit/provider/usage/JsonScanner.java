package io.github.ratelimit.provider.usage;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON while its bytes pass, split anywhere, in constant memory. The bytes may
 * contain several values with anything between them, as a stream of events does: outside
 * of objects everything but an opening brace is skipped. Other input does no harm: after
 * a control character that no JSON contains, the scanner starts afresh.
 */
abstract class JsonScanner {

	private static final int MAX_KNOWN_DEPTH = 63;

	private static final int COPY = 256;

	private static final boolean[] SCALAR = scalarBytes();

	/** Every byte, at the index of its unsigned value. */
	static final byte[] BYTES = bytes();

	/** The key, or the value at the top level, or the scalar that was read last. */
	private final BoundedText word;

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

	private byte @Nullable [] copy;

	JsonScanner(int longestWord) {
		this.word = new BoundedText(longestWord);
	}

	/**
	 * Reads bytes.
	 * @param bytes the array with the bytes
	 * @param offset the first of them
	 * @param length how many there are
	 */
	public final void read(byte[] bytes, int offset, int length) {
		int end = offset + length;
		int at = offset;
		while (at < end) {
			switch (this.state) {
				case STRUCTURE -> structure(bytes[at++]);
				case STRING -> at = string(bytes, at, end);
				case SCALAR -> at = scalar(bytes, at, end);
				case ESCAPE -> escape(bytes[at++]);
				case UNICODE -> unicode(bytes[at++]);
			}
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
		byte[] part = (this.copy != null) ? this.copy : new byte[COPY];
		this.copy = part;
		for (int from = bytes.position(); from < bytes.limit(); from += COPY) {
			int length = Math.min(COPY, bytes.limit() - from);
			bytes.get(from, part, 0, length);
			read(part, 0, length);
		}
	}

	private int string(byte[] bytes, int from, int end) {
		int at = textRead(bytes, from, end, this.key);
		if (this.key || this.depth == 1) {
			this.word.add(bytes, from, at);
		}
		if (at < end) {
			switch (bytes[at++]) {
				case '"' -> endString();
				case '\\' -> this.state = State.ESCAPE;
				default -> startAfresh();
			}
		}
		return at;
	}

	private void text(int b) {
		int at = b & 0xFF;
		if (this.key || this.depth == 1) {
			this.word.add(BYTES, at, at + 1);
		}
		escapeRead(at, this.key);
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
		// other characters are not valid JSON
		this.unicode = this.unicode * 16 + Math.max(0, Character.digit(b, 16));
		if (++this.unicodeDigits == 4) {
			this.state = State.STRING;
			character((char) this.unicode);
		}
	}

	/**
	 * In UTF-8; each half of a surrogate pair becomes two of four bytes, though not the
	 * correct ones.
	 */
	private void character(char c) {
		if (c < 0x80) {
			text(c);
			return;
		}
		if (c < 0x800) {
			text(0xC0 | (c >> 6));
		}
		else if (Character.isSurrogate(c)) {
			text(Character.isHighSurrogate(c) ? 0xF0 : 0x80);
		}
		else {
			text(0xE0 | (c >> 12));
			text(0x80 | ((c >> 6) & 0x3F));
		}
		text(0x80 | (c & 0x3F));
	}

	private int scalar(byte[] bytes, int from, int end) {
		int at = from;
		while (at < end && SCALAR[bytes[at] & 0xFF]) {
			structureRead(bytes[at++]);
		}
		this.word.add(bytes, from, at);
		if (at < end) {
			this.state = State.STRUCTURE;
			scalarEnded();
		}
		return at;
	}

	private static boolean[] scalarBytes() {
		boolean[] scalar = new boolean[256];
		for (char c = 0; c < 0x80; c++) {
			scalar[c] = Character.isLetterOrDigit(c) || c == '-' || c == '+' || c == '.';
		}
		return scalar;
	}

	private static byte[] bytes() {
		byte[] bytes = new byte[256];
		for (int i = 0; i < bytes.length; i++) {
			bytes[i] = (byte) i;
		}
		return bytes;
	}

	private void structure(byte b) {
		if (this.depth == 0) {
			if (b == '{') {
				open(true);
			}
			return;
		}
		switch (b) {
			case '"' -> startString();
			case ':' -> {
				this.valueNext |= this.key;
				structureRead(b);
			}
			case ',' -> {
				this.valueNext = false;
				structureRead(b);
				valueEnded();
			}
			case '{' -> open(true);
			case '[' -> open(false);
			case '}', ']' -> close();
			case ' ', '\n', '\r', '\t' -> {
			}
			default -> other(b);
		}
	}

	private void other(byte b) {
		if (SCALAR[b & 0xFF]) {
			this.state = State.SCALAR;
			this.key = false;
			this.word.clear();
			this.word.add(BYTES, b, b + 1);
			structureRead(b);
		}
		else if (b >= 0 && b < ' ') {
			startAfresh();
		}
	}

	private void startString() {
		this.state = State.STRING;
		this.word.clear();
		this.key = isObject() && !this.valueNext;
		structureRead('"');
		stringStarted();
	}

	private void endString() {
		this.state = State.STRUCTURE;
		structureRead('"');
		if (this.key) {
			keyEnded();
		}
		else {
			stringEnded();
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
		structureRead(object ? '{' : '[');
		opened(object);
	}

	private void close() {
		structureRead('}');
		closing();
		this.depth--;
		this.valueNext = false;
		valueEnded();
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

	/**
	 * Returns the key, or the value at the top level, or the scalar that was read last.
	 */
	final BoundedText word() {
		return this.word;
	}

	/** An object or array has begun; {@link #depth()} counts it. */
	abstract void opened(boolean object);

	/** An object or array is about to end; {@link #depth()} still counts it. */
	void closing() {
	}

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

	/**
	 * Reads plain text in a string.
	 * @return the index of the first quote, backslash or control character, {@code to} if
	 * there is none
	 */
	int textRead(byte[] bytes, int from, int to, boolean key) {
		return PlainTextScanner.end(bytes, from, to);
	}

	/** A byte of an escaped character in a string has been read. */
	void escapeRead(int b, boolean key) {
	}

	/** A byte has been read that is no part of a string, and no space. */
	void structureRead(int b) {
	}

	private enum State {

		STRUCTURE, STRING, SCALAR, ESCAPE, UNICODE

	}

}
