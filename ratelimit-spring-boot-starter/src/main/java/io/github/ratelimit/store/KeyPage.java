package io.github.ratelimit.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of the keys of a limit, in a store's own stable order.
 *
 * @param keys the states of the page
 * @param next what to pass for the next page; null if this is the last
 */
public record KeyPage(List<KeyState> keys, @Nullable String next) {

	/**
	 * Creates a page.
	 */
	public KeyPage {
		keys = List.copyOf(keys);
	}

}
