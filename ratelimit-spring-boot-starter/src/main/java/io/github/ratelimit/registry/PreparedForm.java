package io.github.ratelimit.registry;

import java.util.Objects;
import java.util.function.Function;

/**
 * What a store computes from a limit once, and keeps at the limit's handle: its numbers
 * in the store's own units, and the table of its keys.
 *
 * @param <T> the type of the form
 */
public final class PreparedForm<T> {

	private final Function<LimitHandle, T> prepare;

	/**
	 * Creates it, once for each store.
	 * @param prepare creates the form of a limit; called once for a handle. It throws an
	 * {@link IllegalArgumentException} for a limit that the store cannot count
	 */
	public PreparedForm(Function<LimitHandle, T> prepare) {
		this.prepare = prepare;
	}

	/**
	 * Returns the form of a limit, which is created at its first use.
	 * @param handle the limit
	 * @return the form, always the same one for a handle
	 * @throws IllegalArgumentException if the store cannot count the limit
	 */
	public T of(LimitHandle handle) {
		return handle.prepared(this);
	}

	T prepare(LimitHandle handle) {
		return Objects.requireNonNull(this.prepare.apply(handle));
	}

}
