package io.github.ratelimit.provider.usage;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What the characters, messages and files of a request count, in twelfths of a token.
 * <p>
 * About four characters of prose are a token, about three of code, since each bracket and
 * operator counts as half a token. Outside of the Latin script the length in UTF-8
 * determines the kind: three Greek, Cyrillic or Arabic letters are a token, four Chinese
 * characters three, an emoji one and a half. A message counts four tokens more than its
 * text. An image or a file in Base64 counts about 1,000 tokens, whatever its length.
 */
final class TokenWeights {

	static final int UNITS_PER_TOKEN = 12;

	static final int PER_MESSAGE = 4 * UNITS_PER_TOKEN;

	/** A longer run of characters of Base64 is a file. */
	static final int LONGEST_WORD = 512;

	/** In addition to what its first characters count. */
	static final int PER_FILE = 1000 * UNITS_PER_TOKEN - 3 * LONGEST_WORD;

	/** More than eight characters count. */
	static final int NOT_PLAIN = 1 << 10;

	private static final byte[] UNITS = units();

	/** What the bytes of plain text count, {@link #NOT_PLAIN} for those that end it. */
	private static final int[] PLAIN = plain();

	private static final boolean[] BASE64 = base64();

	private TokenWeights() {
	}

	/** Returns what a byte of UTF-8 counts. */
	static int of(int b) {
		return UNITS[b & 0xFF];
	}

	/**
	 * Returns what eight bytes of plain text count, at least {@link #NOT_PLAIN} if one of
	 * them ends it.
	 */
	static int ofEight(byte[] bytes, int at) {
		return PLAIN[bytes[at] & 0xFF] + PLAIN[bytes[at + 1] & 0xFF] + PLAIN[bytes[at + 2] & 0xFF]
				+ PLAIN[bytes[at + 3] & 0xFF] + PLAIN[bytes[at + 4] & 0xFF] + PLAIN[bytes[at + 5] & 0xFF]
				+ PLAIN[bytes[at + 6] & 0xFF] + PLAIN[bytes[at + 7] & 0xFF];
	}

	/** Returns whether a byte does not end the plain text in a JSON string. */
	static boolean isPlain(byte b) {
		return PLAIN[b & 0xFF] < NOT_PLAIN;
	}

	static boolean isBase64(int b) {
		return BASE64[b & 0xFF];
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

	private static int[] plain() {
		int[] plain = new int[UNITS.length];
		for (int b = 0; b < plain.length; b++) {
			plain[b] = (b < ' ' || b == '"' || b == '\\') ? NOT_PLAIN : UNITS[b];
		}
		return plain;
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

}
