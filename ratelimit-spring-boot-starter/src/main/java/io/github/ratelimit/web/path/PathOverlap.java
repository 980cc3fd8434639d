package io.github.ratelimit.web.path;

import java.util.List;
import java.util.stream.Stream;

/**
 * Whether two path patterns can match the same path, in any case of letters. In doubt
 * they can: a segment with a wildcard or a variable matches every other one.
 */
final class PathOverlap {

	private PathOverlap() {
	}

	static boolean exists(String one, String other) {
		return exists(segments(one), segments(other));
	}

	private static List<String> segments(String pattern) {
		return Stream.of(pattern.strip().split("/")).filter((segment) -> !segment.isEmpty()).toList();
	}

	private static boolean exists(List<String> one, List<String> other) {
		if (one.isEmpty() || other.isEmpty()) {
			List<String> rest = one.isEmpty() ? other : one;
			return rest.stream().allMatch(PathOverlap::isAnyNumber);
		}
		String first = one.get(0);
		String second = other.get(0);
		if (isAnyNumber(first)) {
			return exists(one.subList(1, one.size()), other) || exists(one, other.subList(1, other.size()));
		}
		if (isAnyNumber(second)) {
			return exists(one, other.subList(1, other.size())) || exists(one.subList(1, one.size()), other);
		}
		return (isOpen(first) || isOpen(second) || first.equalsIgnoreCase(second))
				&& exists(one.subList(1, one.size()), other.subList(1, other.size()));
	}

	private static boolean isAnyNumber(String segment) {
		return segment.equals("**") || segment.startsWith("{*");
	}

	private static boolean isOpen(String segment) {
		return segment.indexOf('*') >= 0 || segment.indexOf('?') >= 0 || segment.indexOf('{') >= 0;
	}

}
