package io.github.ratelimit.actuate;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.registry.RegisteredLimit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * Finds a key by its id or its text. The kind of a text is unknown, so all kinds that the
 * limit can have are tried.
 */
final class KeyLookup {

	private final LimitStore store;

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
		return withId(registered, idOrText).or(() -> {
			List<KeyState> found = withText(registered, idOrText).toList();
			if (found.size() > 1) {
				throw RateLimitsEndpoint.invalid("Several keys of limit '" + registered.limit().name()
						+ "' have this text: " + idsWithKinds(found) + ". Write the id of the one that you mean.");
			}
			return found.stream().findFirst();
		});
	}

	/**
	 * Returns the states of all keys that have an id or a text.
	 * @param registered the limit
	 * @param idOrText an id or a text
	 * @return the states, those of ids first; empty if the store does not know such a key
	 */
	List<KeyState> search(RegisteredLimit registered, String idOrText) {
		return Stream.concat(withId(registered, idOrText).stream(), withText(registered, idOrText)).toList();
	}

	private Optional<KeyState> withId(RegisteredLimit registered, String id) {
		return Key.isId(id) ? this.store.find(registered.handle(), id) : Optional.empty();
	}

	private Stream<KeyState> withText(RegisteredLimit registered, String text) {
		return registered.candidates(text)
			.stream()
			.flatMap((candidate) -> this.store.find(registered.handle(), candidate).stream());
	}

	private static String idsWithKinds(List<KeyState> states) {
		return states.stream()
			.map((state) -> state.key().id() + " (" + state.key().kind() + ")")
			.collect(Collectors.joining(", "));
	}

}
