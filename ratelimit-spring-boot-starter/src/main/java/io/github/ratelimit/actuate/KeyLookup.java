package io.github.ratelimit.actuate;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.KeyPage;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.registry.BusyKeys;
import io.github.ratelimit.registry.BusyKeys.KeyCount;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * Finds a key by its id or its text. The kind of a text is unknown, so all kinds that the
 * limit can have are tried.
 */
final class KeyLookup {

	/** How many keys of a limit that stand out are searched for an id. */
	private static final int MANY = 200;

	private final LimitStore store;

	private final ShownKeys shown = new ShownKeys();

	KeyLookup(LimitStore store) {
		this.store = store;
	}

	/**
	 * Returns the state of a key.
	 * @param registered the limit
	 * @param idOrText an id, which wins over a text that looks like it, or a text
	 * @return the state, empty if the store does not know the key
	 * @throws InvalidEndpointRequestException if several keys have that text
	 */
	Optional<KeyState> find(RegisteredLimit registered, String idOrText) {
		if (Key.isId(idOrText)) {
			Optional<KeyState> byId = byId(registered, idOrText);
			if (byId.isPresent()) {
				return byId;
			}
		}
		List<KeyState> found = withText(registered, idOrText);
		if (found.size() > 1) {
			throw RateLimitsEndpoint.invalid("Several keys of limit '" + registered.limit().name()
					+ "' have this text: " + idsWithKinds(found) + ". Write the id of the one that you mean.");
		}
		return found.stream().findFirst();
	}

	/**
	 * Returns the states of all keys that have an id or a text.
	 * @param registered the limit
	 * @param idOrText an id or a text
	 * @return the states, those of ids first; empty if the store does not know such a key
	 */
	List<KeyState> search(RegisteredLimit registered, String idOrText) {
		List<KeyState> found = new ArrayList<>();
		if (Key.isId(idOrText)) {
			byId(registered, idOrText).ifPresent(found::add);
		}
		found.addAll(withText(registered, idOrText));
		found.forEach(this.shown::add);
		return found;
	}

	/**
	 * Returns a page of the keys of a limit, and remembers their ids.
	 * @param registered the limit
	 * @param after the {@code next} of the page before, null for the first
	 * @param size how many keys at most
	 * @return the page
	 * @throws IllegalArgumentException if {@code after} cannot come from a page
	 */
	KeyPage page(RegisteredLimit registered, @Nullable String after, int size) {
		KeyPage page = this.store.keys(registered.handle(), after, size);
		page.keys().forEach(this.shown::add);
		return page;
	}

	/** A store finds a key by its id only if it looks at all keys, so this comes last. */
	private Optional<KeyState> byId(RegisteredLimit registered, String id) {
		Key key = this.shown.find(id);
		BusyKeys watched = registered.statistics().watchedKeys();
		if (key == null && watched != null) {
			key = Stream.of(watched.busiest(MANY), watched.mostDenied(MANY))
				.flatMap(List::stream)
				.map(KeyCount::key)
				.filter((candidate) -> candidate.id().equals(id))
				.findFirst()
				.orElse(null);
		}
		return (key != null) ? this.store.find(registered.handle(), key) : this.store.find(registered.handle(), id);
	}

	private List<KeyState> withText(RegisteredLimit registered, String text) {
		List<KeyState> found = new ArrayList<>();
		for (Key candidate : registered.candidates(text)) {
			this.store.find(registered.handle(), candidate).ifPresent(found::add);
		}
		return found;
	}

	private static String idsWithKinds(List<KeyState> states) {
		List<String> texts = states.stream()
			.map((state) -> state.key().id() + " (" + state.key().kind() + ")")
			.toList();
		return String.join(", ", texts);
	}

}
