package io.github.ratelimit.permit;

import org.jspecify.annotations.Nullable;

/**
 * The requests that threads of the web server serve now, each bound to its thread. What
 * runs elsewhere for a request, such as a {@code Callable} of Spring MVC, serves none.
 * Thread-safe.
 *
 * @param <R> the type of the requests
 */
public final class ServedRequests<R extends LimitedRequest> {

	private final ThreadLocal<@Nullable R> bound = new ThreadLocal<>();

	/**
	 * Returns the request that the current thread serves.
	 * @return the request, null if the thread serves none
	 */
	public @Nullable R get() {
		return this.bound.get();
	}

	/**
	 * Binds a request to the current thread.
	 * @param request the request, null for none
	 * @return what was bound before, to be bound again afterwards; null for none
	 */
	public @Nullable R bind(@Nullable R request) {
		R previous = this.bound.get();
		if (request == null) {
			this.bound.remove();
		}
		else {
			this.bound.set(request);
		}
		return previous;
	}

	/**
	 * Returns whether the current thread serves a request.
	 * @return false for threads that the web server does not miss
	 */
	public boolean isServing() {
		return this.bound.get() != null;
	}

}
