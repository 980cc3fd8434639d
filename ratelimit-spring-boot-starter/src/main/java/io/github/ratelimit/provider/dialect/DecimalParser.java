package io.github.ratelimit.provider.dialect;

/** Reads numbers that are not negative and have no exponent. */
final class DecimalParser {

	private static final int LONGEST = 32;

	/** So many digits are exact as a double, as are the powers below. */
	private static final int EXACT = 15;

	private static final double[] POWERS = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
			1e14 };

	private DecimalParser() {
	}

	static boolean isPart(char c) {
		return (c >= '0' && c <= '9') || c == '.';
	}

	/**
	 * Returns a number.
	 * @param text digits, with at most one point among or behind them
	 * @return the number, NaN if the text is none
	 */
	static double parse(String text) {
		return parse(text, 0, text.length());
	}

	/** Returns the number in a part of a text, NaN if the part is none. */
	static double parse(String text, int from, int to) {
		if (from == to || to - from > LONGEST || text.charAt(from) == '.') {
			return Double.NaN;
		}
		int point = -1;
		long digits = 0;
		for (int i = from; i < to; i++) {
			char c = text.charAt(i);
			if (!isPart(c) || (c == '.' && point >= 0)) {
				return Double.NaN;
			}
			if (c == '.') {
				point = i;
			}
			else {
				digits = digits * 10 + c - '0';
			}
		}
		if (to - from > EXACT) {
			return Double.parseDouble(text.substring(from, to));
		}
		return (point < 0) ? digits : digits / POWERS[to - 1 - point];
	}

}
