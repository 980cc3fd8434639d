package io.github.ratelimit.registry;

import io.github.ratelimit.Limit;
import io.github.ratelimit.UnknownLimitException;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
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

	private final List<Consumer<LimitSettings>> checks = new CopyOnWriteArrayList<>();

	private volatile UnaryOperator<String> addressForm = UnaryOperator.identity();

	/**
	 * Sets the canonical form of addresses that are passed as text, by code or through
	 * the endpoint, so that they name the same keys as the addresses of requests. By
	 * default addresses are taken as they are.
	 * @param addressForm returns the canonical text of an address, and any other text as
	 * it is
	 */
	public void setAddressForm(UnaryOperator<String> addressForm) {
		this.addressForm = addressForm;
	}

	/**
	 * Adds a limit.
	 * @param limit the limit
	 * @param keySources the sources of its keys, possibly none
	 * @return the limit as it is registered
	 * @throws IllegalArgumentException if there is a limit of that name, a check objects
	 * to it, or a listener does; then it is not registered
	 */
	public RegisteredLimit register(Limit limit, List<KeySource> keySources) {
		return register(LimitSettings.of(limit), keySources);
	}

	/**
	 * Adds a limit.
	 * @param settings the settings of the limit
	 * @param keySources the sources of its keys, possibly none
	 * @return the limit as it is registered
	 * @throws IllegalArgumentException if there is a limit of that name, a check objects
	 * to the settings, or a listener to the limit; then it is not registered
	 */
	public RegisteredLimit register(LimitSettings settings, List<KeySource> keySources) {
		String name = settings.limit().name();
		RegisteredLimit registered = new RegisteredLimit(settings, keySources, (text) -> this.addressForm.apply(text),
				this::check);
		if (this.byName.putIfAbsent(name, registered) != null) {
			throw new IllegalArgumentException(
					"There is a limit named '" + name + "' already. Give one of the two another name.");
		}
		try {
			this.listeners.forEach((listener) -> listener.accept(registered));
		}
		catch (RuntimeException | Error ex) {
			this.byName.remove(name, registered);
			throw ex;
		}
		return registered;
	}

	private void check(LimitSettings settings) {
		this.checks.forEach((check) -> check.accept(settings));
	}

	/**
	 * Adds a check that can object to settings, for example those that a store cannot
	 * count: at once to those of existing limits, later to those of new limits and to
	 * every change before it takes effect. It objects by an
	 * {@link IllegalArgumentException}, which the caller of {@link #register} or
	 * {@link RegisteredLimit#change} gets. A check that objects to an existing limit is
	 * not added.
	 * @param check what to call; called by the thread that registers or changes a limit
	 * @throws IllegalArgumentException if it objects to an existing limit
	 */
	public void addCheck(Consumer<LimitSettings> check) {
		addTo(this.checks, check, () -> all().forEach((limit) -> check.accept(limit.settings())));
	}

	/**
	 * Notifies a listener of every limit: at once of existing limits, and of later ones
	 * when they are registered. A limit that is registered at the same time may be
	 * reported twice. A listener that throws an exception at an existing limit is not
	 * added; at a new one, the limit is not registered, though other listeners may have
	 * been notified.
	 * @param listener called by the thread that registers a limit
	 */
	public void whenRegistered(Consumer<RegisteredLimit> listener) {
		addTo(this.listeners, listener, () -> all().forEach(listener));
	}

	private static <T> void addTo(List<T> all, T added, Runnable begin) {
		all.add(added);
		try {
			begin.run();
		}
		catch (RuntimeException | Error ex) {
			all.remove(added);
			throw ex;
		}
	}

	/**
	 * Finds out from now on which keys of each limit call and are refused most.
	 */
	public void watchKeys() {
		whenRegistered((limit) -> limit.statistics().watchKeys());
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
	 * Returns a limit if it exists.
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
