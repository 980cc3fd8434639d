package io.github.ratelimit.provider.dialect;

import io.github.ratelimit.Suggestion;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The dialects by their names: the built-in ones and the application's own, which take
 * precedence. Immutable, thread-safe.
 */
public final class Dialects {

	private static final String DEFAULT = "ietf";

	private final Map<String, ClientDialect> byName;

	/**
	 * Creates the collection.
	 * @param own the application's own dialects
	 * @throws IllegalArgumentException if two of them have the same name
	 */
	public Dialects(Collection<? extends ClientDialect> own) {
		Map<String, ClientDialect> dialects = new LinkedHashMap<>();
		for (ClientDialect dialect : own) {
			ClientDialect other = dialects.put(normalize(dialect.name()), dialect);
			if (other != null) {
				throw new IllegalArgumentException("Two beans of type ClientDialect are named '" + dialect.name()
						+ "': " + other.getClass().getName() + " and " + dialect.getClass().getName()
						+ ". Let name() of one of them return another name.");
			}
		}
		BuiltInDialects.all().forEach((dialect) -> dialects.putIfAbsent(dialect.name(), dialect));
		this.byName = dialects;
	}

	/**
	 * Returns a dialect.
	 * @param name its name, in any case
	 * @return the dialect
	 * @throws IllegalArgumentException if there is none of that name; the message names
	 * the known ones and the nearest
	 */
	public ClientDialect byName(String name) {
		ClientDialect dialect = this.byName.get(normalize(name));
		if (dialect == null) {
			Set<String> known = this.byName.keySet();
			String nearest = Suggestion.nearest(name, known)
				.map((meant) -> "Did you mean '" + meant + "'? ")
				.orElse("");
			throw new IllegalArgumentException("There is no dialect named '" + name + "'. " + nearest
					+ "The known ones are auto, " + String.join(", ", new TreeSet<>(known)) + ".");
		}
		return dialect;
	}

	/**
	 * Returns the dialect of a host, for {@code dialect: auto}.
	 * @param host the host name, in any case, without a port
	 * @return the first dialect that the host uses, the application's own first;
	 * {@code ietf} if none is known
	 */
	public ClientDialect forHost(String host) {
		String normalized = normalize(host);
		for (ClientDialect dialect : this.byName.values()) {
			if (dialect.isSpokenBy(normalized)) {
				return dialect;
			}
		}
		return byName(DEFAULT);
	}

	private static String normalize(String name) {
		return name.strip().toLowerCase(Locale.ROOT);
	}

}
