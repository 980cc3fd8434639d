package io.github.ratelimit.client;

import io.github.ratelimit.governor.GovernorSettings;

/**
 * How the calls to some models are governed.
 *
 * @param pattern the name of a model; {@code *} matches any letters
 * @param settings how its calls are governed
 */
public record ModelSettings(String pattern, GovernorSettings settings) {

	boolean matches(String model) {
		return matches(this.pattern, model);
	}

	/**
	 * Iterative, so that a long name costs no more than its length times the pattern's.
	 */
	private static boolean matches(String pattern, String text) {
		int p = 0;
		int t = 0;
		int star = -1;
		int retry = 0;
		while (t < text.length()) {
			if (p < pattern.length() && pattern.charAt(p) == '*') {
				star = p++;
				retry = t;
			}
			else if (p < pattern.length() && pattern.charAt(p) == text.charAt(t)) {
				p++;
				t++;
			}
			else if (star >= 0) {
				p = star + 1;
				t = ++retry;
			}
			else {
				return false;
			}
		}
		while (p < pattern.length() && pattern.charAt(p) == '*') {
			p++;
		}
		return p == pattern.length();
	}

}
