package io.github.ratelimit.registry;

import io.github.ratelimit.Limit;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One form of a registered limit: its own, that of a plan, or one of the two by which
 * stores keep the refusals and the blocks of its keys. A charge refers to the handle, so
 * that no limit is looked up by its name or compared after a call has been matched with
 * its limits. Stores attach their {@linkplain PreparedForm prepared form} of the limit to
 * it.
 * <p>
 * A handle never changes. When the settings of the limit change, calls get other handles;
 * what was decided with an earlier one can still be given back and settled. Safe for use
 * by several threads.
 */
public final class LimitHandle {

	private final RegisteredLimit registered;

	private final Limit limit;

	private final Purpose purpose;

	/** For each store that counts the limit: its {@link PreparedForm}, then the form. */
	private volatile Object[] prepared = {};

	LimitHandle(RegisteredLimit registered, Limit limit, Purpose purpose) {
		this.registered = registered;
		this.limit = limit;
		this.purpose = purpose;
	}

	/**
	 * Returns a handle of a limit that is not registered, for example to use a store
	 * without a limiter.
	 * @param limit the limit
	 * @return a new handle; stores count by the name of a limit, so several handles of
	 * one limit share its permits
	 */
	public static LimitHandle of(Limit limit) {
		return RegisteredLimit.of(LimitSettings.of(limit)).handle();
	}

	/**
	 * Returns a handle of this limit with other numbers, for a store that counts only a
	 * part of them.
	 * @param limit a limit of the same name
	 * @return a new handle of the same registered limit
	 */
	public LimitHandle withLimit(Limit limit) {
		return new LimitHandle(this.registered, limit, this.purpose);
	}

	/**
	 * Returns the limit in this form.
	 * @return the limit
	 */
	public Limit limit() {
		return this.limit;
	}

	/**
	 * Returns the name that stores keep the limit's keys by.
	 * @return the limit's name
	 */
	public String name() {
		return this.limit.name();
	}

	/**
	 * Returns the limit of the application.
	 * @return the registered limit
	 */
	public RegisteredLimit registered() {
		return this.registered;
	}

	/**
	 * Returns what is counted.
	 * @return the purpose
	 */
	public Purpose purpose() {
		return this.purpose;
	}

	/**
	 * Returns the handle for the blocks of this limit's keys, in a store that keeps them
	 * as buckets: a key is blocked until its bucket is full.
	 * @return the handle, null if keys of the limit are never blocked
	 */
	public @Nullable LimitHandle blocks() {
		return (this.purpose == Purpose.CALLS) ? this.registered.blocks() : null;
	}

	@SuppressWarnings("unchecked")
	private <T> @Nullable T find(PreparedForm<T> owner) {
		Object[] prepared = this.prepared;
		for (int i = 0; i < prepared.length; i += 2) {
			if (prepared[i] == owner) {
				return (T) prepared[i + 1];
			}
		}
		return null;
	}

	private synchronized <T> T prepare(PreparedForm<T> owner) {
		T form = find(owner);
		if (form == null) {
			form = Objects.requireNonNull(owner.prepare.apply(this));
			Object[] next = Arrays.copyOf(this.prepared, this.prepared.length + 2);
			next[next.length - 2] = owner;
			next[next.length - 1] = form;
			this.prepared = next;
		}
		return form;
	}

	@Override
	public String toString() {
		return this.limit.toString();
	}

	/** What a limit counts. */
	public enum Purpose {

		/** The calls that the limit applies to. */
		CALLS,

		/** The refusals of a key, which become a ban. */
		REFUSALS,

		/** Blocks: a key is blocked until its bucket is full. */
		BLOCKS

	}

	/**
	 * What a store computes from a limit once, and keeps at the limit's handle: its
	 * numbers in the store's own units, and the table of its keys.
	 *
	 * @param <T> the type of the form
	 */
	public static final class PreparedForm<T> {

		private final Function<LimitHandle, T> prepare;

		/**
		 * Creates it, once for each store.
		 * @param prepare creates the form of a limit; called once for a handle. It throws
		 * an {@link IllegalArgumentException} for a limit that the store cannot count
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
			T form = handle.find(this);
			return (form != null) ? form : handle.prepare(this);
		}

	}

}
