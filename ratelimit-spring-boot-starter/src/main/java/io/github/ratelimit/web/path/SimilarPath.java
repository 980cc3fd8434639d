package io.github.ratelimit.web.path;

import io.github.ratelimit.Suggestion;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds the path pattern that was probably meant by one that matches nothing. */
final class SimilarPath {

	private static final String ANY = "/**";

	private SimilarPath() {
	}

	/**
	 * Returns the pattern that was probably meant.
	 * @param path the pattern of a rule
	 * @param served the patterns that the application serves
	 * @return a pattern that matches some of them, empty if none is similar
	 */
	static Optional<String> of(String path, Collection<String> served) {
		if (served.stream().anyMatch((pattern) -> pattern.startsWith(path + "/"))) {
			return Optional.of(path + ANY);
		}
		if (path.endsWith(ANY)) {
			return Suggestion.nearest(path.substring(0, path.length() - ANY.length()), parents(served))
				.map((parent) -> parent + ANY);
		}
		return served.stream()
			.filter((pattern) -> pattern.endsWith(path))
			.findFirst()
			.or(() -> Suggestion.nearest(path, served));
	}

	private static Set<String> parents(Collection<String> served) {
		Set<String> parents = new TreeSet<>();
		for (String pattern : served) {
			for (int slash = pattern.indexOf('/', 1); slash > 0; slash = pattern.indexOf('/', slash + 1)) {
				parents.add(pattern.substring(0, slash));
			}
		}
		return parents;
	}

}
