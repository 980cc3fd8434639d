package io.github.ratelimit.autoconfigure.properties;

import java.util.Collection;
import java.util.List;

/** Lists alternatives for messages. */
final class OneOf {

	private OneOf() {
	}

	/** Returns {@code a}, {@code a or b}, or {@code a, b or c}. */
	static String text(Collection<String> alternatives) {
		List<String> all = List.copyOf(alternatives);
		int last = all.size() - 1;
		return (last < 1) ? String.join("", all) : String.join(", ", all.subList(0, last)) + " or " + all.get(last);
	}

}
