package io.github.ratelimit.provider.dialect;

/** Reads numbers that are not negative and have no exponent. */
final class Decimals {

	private static final int LONGEST = 32;

	/** So many digits are exact as a double, as are the powers below. */
	private static final int EXACT = 15;

	private static final double[] POWERS = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13,
			1e14 };

	private Decimals() {
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
		int point = text.indexOf('.');
		if (text.isEmpty() || text.length() > LONGEST || point == 0 || text.lastIndexOf('.') != point) {
			return Double.NaN;
		}
		long digits = 0;
		for (int i = 0; i < text.length(); i++) {
			if (!isPart(text.charAt(i))) {
				return Double.NaN;
			}
			digits = (i == point) ? digits : digits * 10 + text.charAt(i) - '0';
		}
		if (text.length() > EXACT) {
			return Double.parseDouble(text);
		}
		return (point < 0) ? digits : digits / POWERS[text.length() - 1 - point];
	}

}
