package io.github.ratelimit;

import java.util.List;

/**
 * One of the places where a limit's keys come from.
 *
 * @param expression as it was configured, for people, for example
 * {@code header('X-API-Key')}
 * @param kinds the {@link Key#kind() kinds} of the keys that it makes, without
 * repetition: several where an expression has alternatives of its own, such as
 * {@code coalesce(user, ip)}
 */
public record KeySource(String expression, List<String> kinds) {

	/**
	 * Creates a source of keys of several kinds.
	 * @throws IllegalArgumentException if there is no kind
	 */
	public KeySource {
		kinds = List.copyOf(kinds);
		if (kinds.isEmpty()) {
			throw new IllegalArgumentException("Key '" + expression + "' has no kind. Give it at least one.");
		}
	}

	/**
	 * Creates a source of keys of one kind.
	 * @param expression as it was configured
	 * @param kind the kind of all its keys
	 */
	public KeySource(String expression, String kind) {
		this(expression, List.of(kind));
	}

	/**
	 * Returns the kind of the keys that are made first of all.
	 * @return the first kind
	 */
	public String kind() {
		return this.kinds.get(0);
	}

}
