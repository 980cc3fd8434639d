package io.github.ratelimit;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The limits of an application by their names. Thread-safe.
 */
public final class LimitRegistry {

	private final ConcurrentMap<String, RegisteredLimit> byName = new ConcurrentHashMap<>();

	private final List<Consumer<RegisteredLimit>> listeners = new CopyOnWriteArrayList<>();

	private volatile UnaryOperator<String> addressForm = UnaryOperator.identity();

	/**
	 * Sets how addresses are written that people or code name, so that they mean the same
	 * keys as those of requests. By default they are taken as they are.
	 * @param addressForm returns the canonical text of an address, and any other text as
	 * it is
	 */
	public void addressForm(UnaryOperator<String> addressForm) {
		this.addressForm = addressForm;
	}

	/**
	 * Adds a limit.
	 * @param limit the limit
	 * @param keySources where its keys come from, possibly nowhere
	 * @return the limit as it is registered
	 * @throws IllegalArgumentException if there is a limit of that name, or a listener
	 * objects
	 */
	public RegisteredLimit register(Limit limit, List<KeySource> keySources) {
		return register(limit, keySources, Map.of(), null);
	}

	/**
	 * Adds a limit.
	 * @param limit the limit
	 * @param keySources where its keys come from, possibly nowhere
	 * @param plans the limit as each plan has it, by the names of the plans, possibly
	 * none
	 * @param penalty what happens to keys that are refused too often, null for nothing
	 * @return the limit as it is registered
	 * @throws IllegalArgumentException if there is a limit of that name, a plan's limit
	 * has another name, or a listener objects
	 */
	public RegisteredLimit register(Limit limit, List<KeySource> keySources, Map<String, Limit> plans,
			@Nullable Penalty penalty) {
		plans.forEach((plan, other) -> {
			if (!other.name().equals(limit.name())) {
				throw new IllegalArgumentException("Plan '" + plan + "' of limit '" + limit.name() + "' is the limit '"
						+ other.name() + "'. Give both the same name.");
			}
		});
		RegisteredLimit registered = new RegisteredLimit(limit, keySources, plans, penalty,
				(text) -> this.addressForm.apply(text));
		if (this.byName.putIfAbsent(limit.name(), registered) != null) {
			throw new IllegalArgumentException(
					"There is a limit named '" + limit.name() + "' already. Give one of the two another name.");
		}
		this.listeners.forEach((listener) -> listener.accept(registered));
		return registered;
	}

	/**
	 * Tells a listener of every limit: at once of those that are there, and of those that
	 * come later when they are registered. Of one that is registered at this very moment
	 * it may be told twice. A listener that throws an {@link IllegalArgumentException}
	 * objects to the limit: whoever registers it gets the exception.
	 * @param listener what to tell; it is called by the thread that registers a limit
	 */
	public void whenRegistered(Consumer<RegisteredLimit> listener) {
		this.listeners.add(listener);
		all().forEach(listener);
	}

	/**
	 * Returns a limit.
	 * @param name the limit's name
	 * @return the limit
	 * @throws UnknownLimitException if there is no such limit
	 */
	public RegisteredLimit get(String name) {
		RegisteredLimit registered = this.byName.get(name);
		if (registered == null) {
			throw new UnknownLimitException(name, this.byName.keySet());
		}
		return registered;
	}

	/**
	 * Looks for a limit.
	 * @param name the limit's name
	 * @return the limit, empty if there is none of that name
	 */
	public Optional<RegisteredLimit> find(@Nullable String name) {
		return Optional.ofNullable((name != null) ? this.byName.get(name) : null);
	}

	/**
	 * Returns all limits.
	 * @return an unmodifiable copy, by name
	 */
	public Collection<RegisteredLimit> all() {
		return Collections.unmodifiableCollection(new ConcurrentSkipListMap<>(this.byName).values());
	}

}
