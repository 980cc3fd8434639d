package io.github.ratelimit.client;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How urgent a request to a provider is: of the requests that are queued for the same
 * key, those of a higher priority are sent first. A request gets it in the way of its
 * HTTP client, or from the thread that sends it:
 *
 * <pre class="code">
 * restClient.post().attribute(RequestPriority.ATTRIBUTE, RequestPriority.HIGH)          // and WebClient
 * new Request.Builder().tag(RequestPriority.class, RequestPriority.HIGH)                // OkHttp
 * String answer = RequestPriority.LOW.call(() -&gt; chatClient.prompt(text).call().content());
 * </pre>
 *
 * A queued request of a lower priority is overtaken for as long as others arrive, at most
 * for its client's {@code max-wait}; then it is refused. Immutable, thread-safe.
 *
 * @param value any number; 0 is normal
 */
public record RequestPriority(int value) {

	/** The attribute of requests of {@code RestClient} and {@code WebClient}. */
	public static final String ATTRIBUTE = RequestPriority.class.getName();

	/** Sent before normal requests, such as those that a user waits for. */
	public static final RequestPriority HIGH = new RequestPriority(100);

	/** Sent in the order of their arrival. */
	public static final RequestPriority NORMAL = new RequestPriority(0);

	/** Sent after normal requests, such as those of a batch. */
	public static final RequestPriority LOW = new RequestPriority(-100);

	private static final ThreadLocal<@Nullable RequestPriority> CURRENT = new ThreadLocal<>();

	/**
	 * Returns the priority of the requests that the current thread sends.
	 * @return normal, unless the thread runs in {@link #call}
	 */
	public static RequestPriority current() {
		RequestPriority current = CURRENT.get();
		return (current != null) ? current : NORMAL;
	}

	/**
	 * Gives the requests that an action sends in this thread this priority, unless they
	 * have one of their own.
	 * @param <T> the type of the result
	 * @param action what sends requests
	 * @return what it returns
	 */
	public <T extends @Nullable Object> T call(Supplier<T> action) {
		RequestPriority outer = CURRENT.get();
		CURRENT.set(this);
		try {
			return action.get();
		}
		finally {
			if (outer != null) {
				CURRENT.set(outer);
			}
			else {
				CURRENT.remove();
			}
		}
	}

}
