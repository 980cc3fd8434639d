package io.github.ratelimit.actuate;

import io.github.ratelimit.Key;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import io.github.ratelimit.registry.RegisteredLimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
		if (Key.isId(idOrText)) {
			Optional<KeyState> byId = this.store.find(registered.handle(), idOrText);
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
			this.store.find(registered.handle(), idOrText).ifPresent(found::add);
		}
		found.addAll(withText(registered, idOrText));
		return found;
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
