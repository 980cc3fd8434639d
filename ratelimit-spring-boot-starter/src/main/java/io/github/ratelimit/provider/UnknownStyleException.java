package io.github.ratelimit.provider;

import io.github.ratelimit.Suggestion;
import java.io.Serial;
import java.util.Collection;

/** Thrown at start-up if the configuration names a style that does not exist. */
public class UnknownStyleException extends IllegalArgumentException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String remedy;

	UnknownStyleException(String kind, String name, Collection<String> known) {
		this("There is no " + kind + " style named '" + name + "'. ", remedy(name, known));
	}

	private UnknownStyleException(String problem, String remedy) {
		super(problem + remedy);
		this.remedy = remedy;
	}

	private static String remedy(String name, Collection<String> known) {
		String nearest = Suggestion.nearest(name, known).map((style) -> "Did you mean '" + style + "'? ").orElse("");
		return nearest + "The known ones are " + String.join(", ", known) + ".";
	}

	/**
	 * Returns the correction.
	 * @return one sentence or two
	 */
	public String remedy() {
		return this.remedy;
	}

}
