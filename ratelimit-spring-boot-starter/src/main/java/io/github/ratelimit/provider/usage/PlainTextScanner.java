package io.github.ratelimit.provider.usage;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds where the plain text of a JSON string ends, eight bytes at a time. Most bytes of
 * a request or a response are such text.
 */
final class PlainTextScanner {

	private static final long EACH_BYTE = 0x0101_0101_0101_0101L;

	private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

	private static final VarHandle EIGHT_BYTES = MethodHandles.byteArrayViewVarHandle(long[].class,
			ByteOrder.LITTLE_ENDIAN);

	private PlainTextScanner() {
	}

	/**
	 * Returns where the first quote, backslash or control character is.
	 * @param bytes the array with the text
	 * @param from its first byte
	 * @param to the end of what has been read
	 * @return the index, {@code to} if all is plain
	 */
	static int end(byte[] bytes, int from, int to) {
		int at = from;
		for (; at + Long.BYTES <= to; at += Long.BYTES) {
			long marks = marks((long) EIGHT_BYTES.get(bytes, at));
			if (marks != 0) {
				return at + Long.numberOfTrailingZeros(marks) / Byte.SIZE;
			}
		}
		while (at < to && isPlain(bytes[at])) {
			at++;
		}
		return at;
	}

	/**
	 * Marks the bytes that are not plain: below 33 when quote and space have changed
	 * places, which differ in one bit, or backslashes. A byte may be marked wrongly, but
	 * only after one that is marked rightly, from which the subtraction has borrowed (H.
	 * S. Warren, Hacker's Delight, section 6-1).
	 */
	private static long marks(long bytes) {
		long swapped = bytes ^ (('"' ^ ' ') * EACH_BYTE);
		long backslashes = bytes ^ ('\\' * EACH_BYTE);
		return (((swapped - (' ' + 1) * EACH_BYTE) & ~swapped) | ((backslashes - EACH_BYTE) & ~backslashes))
				& HIGH_BITS;
	}

	private static boolean isPlain(byte b) {
		return b != '"' && b != '\\' && (b >= ' ' || b < 0);
	}

}
