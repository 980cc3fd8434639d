package io.github.ratelimit.provider.dialect;

/** Reads numbers that are not negative and have no exponent. */
final class Decimals {

	private static final int LONGEST = 32;

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
		int points = 0;
		for (int i = 0; i < text.length(); i++) {
			if (!isPart(text.charAt(i))) {
				return Double.NaN;
			}
			points += (text.charAt(i) == '.') ? 1 : 0;
		}
		if (text.isEmpty() || text.length() > LONGEST || points > 1 || text.charAt(0) == '.') {
			return Double.NaN;
		}
		return Double.parseDouble(text);
	}

}
