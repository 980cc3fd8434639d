package io.github.ratelimit.actuate;

import io.github.ratelimit.InvalidRateException;
import io.github.ratelimit.Key;
import io.github.ratelimit.KeyLabel;
import io.github.ratelimit.Rate;
import io.github.ratelimit.StoreUnavailableException;
import io.github.ratelimit.registry.InvalidChangeException;
import io.github.ratelimit.registry.LimitChange;
import io.github.ratelimit.registry.LimitChanges;
import io.github.ratelimit.registry.LimitHandle;
import io.github.ratelimit.registry.LimitRegistry;
import io.github.ratelimit.registry.RegisteredLimit;
import io.github.ratelimit.store.BlockResult;
import io.github.ratelimit.store.KeyState;
import io.github.ratelimit.store.LimitStore;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * What operators do with keys through the endpoint: find, ban and reset them. A key is
 * found by its id or its text; the kind of a text is unknown, so all kinds that the limit
 * can have are tried. Also changes settings, and explains those that cannot be.
 */
final class KeyOperations {

	private static final String BAN = "ban";

	private static final String RESET = "reset";

	private final LimitRegistry registry;

	private final LimitStore store;

	private final LimitChanges changes;

	KeyOperations(LimitRegistry registry, LimitStore store, LimitChanges changes) {
		this.registry = registry;
		this.store = store;
		this.changes = changes;
	}

	void changeAll(Map<String, @Nullable String> values, @Nullable String by) {
		explained(() -> this.changes.changeAll(values, by));
	}

	void change(String limit, Map<String, @Nullable String> values, @Nullable String by) {
		explained(() -> this.changes.change(limit, values, by));
	}

	private static void explained(Runnable operation) {
		try {
			operation.run();
		}
		catch (InvalidChangeException ex) {
			throw RateLimitsEndpoint.invalid(String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Bans a key.
	 * @param limit the limit's name
	 * @param key the key's id, or its text
	 * @param text for how long
	 * @param by who bans it
	 * @return whether the limit knows the key
	 */
	boolean ban(String limit, String key, String text, @Nullable String by) {
		RegisteredLimit registered = this.registry.get(limit);
		Duration ban = duration(text);
		Optional<KeyState> found = find(registered, key);
		found.ifPresent((state) -> explained(() -> ban(registered, state.key(), ban, text.strip(), by)));
		return found.isPresent();
	}

	private void ban(RegisteredLimit limit, KeyLabel key, Duration ban, String text, @Nullable String by) {
		if (key.kind().equals(Key.GLOBAL_KIND)) {
			throw new InvalidChangeException("Key 'global' of limit '" + limit.name()
					+ "' cannot be banned: a ban would refuse all callers. Lower the rate instead.");
		}
		Instant until = this.changes.now().plus(ban);
		this.changes.lookForBans(limit, until, by);
		BlockResult result = this.store.block(limit.handle(), key, until);
		if (result == BlockResult.NO_ROOM) {
			throw new StoreUnavailableException(
					"no further key can be banned, because as many bans are running as the " + "store keeps",
					new IllegalStateException());
		}
		if (result != BlockResult.PASSED) {
			this.changes.keyChanged(limit.name(), key, new LimitChange.Setting(BAN, null, text), by);
		}
	}

	/** After a space, a rate has its burst, which no time has. */
	private static Duration duration(String text) {
		String period = text.strip();
		try {
			if (period.chars().noneMatch(Character::isWhitespace)) {
				return Rate.parse("1/" + period).period();
			}
		}
		catch (InvalidRateException ex) {
			throw noDuration(text);
		}
		throw noDuration(text);
	}

	private static RuntimeException noDuration(String text) {
		return RateLimitsEndpoint.invalid("ban is '" + ((text.length() > 100) ? text.substring(0, 100) : text)
				+ "'. Write for how long the key is banned, such as 30min or 1h, or null to end its ban.");
	}

	/**
	 * Ends the ban of a key.
	 * @param limit the limit's name
	 * @param key the key's id, or its text
	 * @param by who ends it
	 * @return whether the key was banned, or the limit knows it at least
	 */
	boolean unban(String limit, String key, @Nullable String by) {
		RegisteredLimit registered = this.registry.get(limit);
		boolean banned = false;
		for (KeyLabel label : labels(registered, key)) {
			forgetRefusals(registered, label.id());
			if (registered.handle().blocks() != null && this.store.unblock(registered.handle(), label.id())) {
				banned = true;
				this.changes.keyChanged(registered.name(), label, new LimitChange.Setting(BAN, null, null), by);
			}
		}
		return banned || find(registered, key).isPresent();
	}

	/** A banned key need not have a state: it has all its permits after a while. */
	private static List<KeyLabel> labels(RegisteredLimit limit, String key) {
		return Key.isId(key) ? List.of(new KeyLabel(key, "unknown", "***"))
				: limit.candidates(key).stream().map(Key::label).distinct().toList();
	}

	/**
	 * Resets a key, and forgets its refusals: otherwise the next one could ban it.
	 * @param limit the limit's name
	 * @param key the key's id, or its text
	 * @param by who resets it
	 * @return whether there was something to reset
	 */
	boolean reset(String limit, String key, @Nullable String by) {
		RegisteredLimit registered = this.registry.get(limit);
		List<KeyLabel> labels = find(registered, key).map((found) -> List.of(found.key()))
			.orElseGet(() -> labels(registered, key));
		boolean reset = false;
		for (KeyLabel label : labels) {
			boolean refused = forgetRefusals(registered, label.id());
			if (this.store.reset(registered.handle(), label.id()) || refused) {
				reset = true;
				this.changes.keyChanged(registered.name(), label, new LimitChange.Setting(RESET, null, null), by);
			}
		}
		return reset;
	}

	private boolean forgetRefusals(RegisteredLimit limit, String keyId) {
		LimitHandle refusals = limit.refusals();
		return refusals != null && this.store.reset(refusals, keyId);
	}

	long resetAll(String limit, @Nullable String by) {
		RegisteredLimit registered = this.registry.get(limit);
		long reset = this.store.resetAll(registered.handle());
		LimitHandle refusals = registered.refusals();
		if (refusals != null) {
			this.store.resetAll(refusals);
		}
		this.changes.keyChanged(registered.name(), null,
				new LimitChange.Setting(RESET, null, reset + (reset == 1 ? " key" : " keys")), by);
		return reset;
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
