package io.github.ratelimit.provider.usage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A key, a name or a number while it is read; of longer ones only the beginning. */
final class BoundedText {

	/** Below this value a number that is one digit longer is exact. */
	private static final long MAX_EXACT = (1L << 53) / 10;

	/** Most words are shorter. */
	private static final int USUAL = 32;

	private final int longest;

	private byte[] bytes;

	/** Larger than what is kept if there were more characters. */
	private int length;

	BoundedText(int longest) {
		this.longest = longest;
		this.bytes = new byte[Math.min(USUAL, longest)];
	}

	static byte[][] all(String... words) {
		byte[][] bytes = new byte[words.length][];
		for (int i = 0; i < words.length; i++) {
			bytes[i] = words[i].getBytes(StandardCharsets.US_ASCII);
		}
		return bytes;
	}

	void clear() {
		this.length = 0;
	}

	void add(byte[] from, int start, int end) {
		int fitting = Math.min(end - start, this.longest - this.length);
		if (fitting > 0) {
			if (this.length + fitting > this.bytes.length) {
				this.bytes = Arrays.copyOf(this.bytes, this.longest);
			}
			System.arraycopy(from, start, this.bytes, this.length, fitting);
		}
		this.length = Math.min(this.longest + 1, this.length + end - start);
	}

	/** Returns whether this is one of these words. */
	boolean isAny(byte[][] words) {
		for (byte[] word : words) {
			if (this.length == word.length && Arrays.equals(this.bytes, 0, this.length, word, 0, this.length)) {
				return true;
			}
		}
		return false;
	}

	/** Returns whether this is a text of ASCII characters. */
	boolean is(String text) {
		if (this.length != text.length() || !isComplete()) {
			return false;
		}
		for (int i = 0; i < this.length; i++) {
			if (this.bytes[i] != text.charAt(i)) {
				return false;
			}
		}
		return true;
	}

	/** Returns whether this has been kept in full. */
	boolean isComplete() {
		return this.length <= this.longest;
	}

	/**
	 * Returns this as a number, without its fraction.
	 * @return the number, {@link TokenUsage#UNKNOWN} if this is none, negative, or beyond
	 * what a JSON number can hold exactly
	 */
	long asNumber() {
		long number = 0;
		boolean fraction = false;
		for (int i = 0; i < this.length; i++) {
			int digit = (i < this.longest) ? this.bytes[i] - '0' : -1;
			if (digit == '.' - '0' && i > 0 && !fraction) {
				fraction = true;
			}
			else if (digit < 0 || digit > 9 || number > MAX_EXACT) {
				return TokenUsage.UNKNOWN;
			}
			else if (!fraction) {
				number = number * 10 + digit;
			}
		}
		return number;
	}

	@Override
	public String toString() {
		return new String(this.bytes, 0, Math.min(this.length, this.longest), StandardCharsets.UTF_8);
	}

}
