package io.github.ratelimit;

import java.io.Serial;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a limit is named that does not exist. The message contains the nearest
 * name.
 */
public class UnknownLimitException extends RateLimitException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String name;

	private final @Nullable String nearest;

	/**
	 * Creates the exception.
	 * @param name the name that does not exist
	 * @param known the names that do
	 */
	public UnknownLimitException(String name, Collection<String> known) {
		super(message(name, known));
		this.name = name;
		this.nearest = Suggestion.nearest(name, known).orElse(null);
	}

	private static String message(String name, Collection<String> known) {
		List<String> sorted = known.stream().sorted().toList();
		return "There is no limit named '" + name + "'. "
				+ Suggestion.nearest(name, known).map((nearest) -> "Did you mean '" + nearest + "'? ").orElse("")
				+ (sorted.isEmpty() ? "No limit is configured under ratelimit.limits."
						: "The limits are " + sorted + ".");
	}

	/**
	 * Returns the name that does not exist.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Returns the name that was probably meant.
	 * @return the nearest name, empty if none is near
	 */
	public Optional<String> nearest() {
		return Optional.ofNullable(this.nearest);
	}

}
