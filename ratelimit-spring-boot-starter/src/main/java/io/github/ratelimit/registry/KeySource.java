package io.github.ratelimit.registry;

import io.github.ratelimit.Key;
import java.util.List;

/**
 * An expression that a limit takes its keys from.
 *
 * @param expression the text as it was configured, for logs and the endpoint, for example
 * {@code header('X-API-Key')}
 * @param kinds the {@link Key#kind() kinds} of its keys, without repetition: several if
 * an expression has alternatives of its own, such as {@code coalesce(user, ip)}
 * @param composed whether the first of its keys are {@linkplain Key#composed composed} of
 * several parts, such as those of {@code user + path}
 */
public record KeySource(String expression, List<String> kinds, boolean composed) {

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
	 * Creates a source of keys of several kinds, none of them composed.
	 * @param expression as it was configured
	 * @param kinds the kinds of its keys, at least one
	 */
	public KeySource(String expression, List<String> kinds) {
		this(expression, kinds, false);
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
	 * Returns the kind of the keys with the highest precedence.
	 * @return the first kind
	 */
	public String kind() {
		return this.kinds.get(0);
	}

}
