package io.github.ratelimit;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the existing name that was probably meant. */
public final class Suggestion {

	private Suggestion() {
	}

	/**
	 * Returns the known name that is nearest to a mistyped one.
	 * @param name the mistyped name
	 * @param known the names that exist
	 * @return the nearest, empty if none is near enough to have been meant
	 */
	public static Optional<String> nearest(String name, Collection<String> known) {
		String wanted = normalize(name);
		String best = null;
		int bestDistance = Math.max(2, name.length() / 3) + 1;
		for (String candidate : known) {
			String normalized = normalize(candidate);
			int distance = distance(wanted, normalized);
			boolean alike = distance < Math.max(wanted.length(), normalized.length());
			if (alike && (distance < bestDistance
					|| (distance == bestDistance && best != null && candidate.compareTo(best) < 0))) {
				best = candidate;
				bestDistance = distance;
			}
		}
		return Optional.ofNullable(best);
	}

	private static String normalize(String name) {
		return name.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
	}

	/** Levenshtein's distance: insertions, deletions and replacements. */
	private static int distance(String from, String to) {
		int[] previous = new int[to.length() + 1];
		for (int j = 0; j <= to.length(); j++) {
			previous[j] = j;
		}
		for (int i = 1; i <= from.length(); i++) {
			int[] current = new int[to.length() + 1];
			current[0] = i;
			for (int j = 1; j <= to.length(); j++) {
				int replaced = previous[j - 1] + ((from.charAt(i - 1) == to.charAt(j - 1)) ? 0 : 1);
				current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
			}
			previous = current;
		}
		return previous[to.length()];
	}

}
