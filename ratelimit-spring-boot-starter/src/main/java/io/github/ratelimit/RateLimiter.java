package io.github.ratelimit;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Decides whether a call may go on. Code that checks limits itself injects the bean of
 * this type; the HTTP filter and {@link RateLimited @RateLimited} use the same one.
 *
 * <pre class="code">
 * &#64;Service
 * class Mailer {
 *
 *     private final RateLimiter rateLimiter;
 *
 *     Mailer(RateLimiter rateLimiter) {
 *         this.rateLimiter = rateLimiter;
 *     }
 *
 *     boolean send(String recipient) {
 *         Decision decision = this.rateLimiter.tryAcquire("mail", recipient);
 *         if (!decision.isAllowed()) {
 *             System.out.println("Wait " + decision.retryAfter());
 *             return false;
 *         }
 *         return true;
 *     }
 * }
 * </pre>
 *
 * The name of a client of {@code ratelimit.clients} can be used like that of a limit: a
 * call takes one request of the client, its permits are tokens, and its key names the
 * model. Its permit must be settled or closed when the call is over.
 * <p>
 * Thread-safe. A failure of the limiter itself is no exception: the call is allowed, with
 * a decision that is {@linkplain Decision#isDegraded() degraded}.
 */
public interface RateLimiter {

	/**
	 * Takes one permit if it is available. Never waits.
	 * @param limit the name of a limit
	 * @param key the key to charge, not empty; see {@link #key(String, String)}
	 * @return the decision
	 * @throws UnknownLimitException if there is no such limit
	 * @throws IllegalArgumentException if the key is empty, or the limit's key is
	 * composed of several parts
	 */
	default Decision tryAcquire(String limit, String key) {
		return tryAcquire(limit, key, 1);
	}

	/**
	 * Takes permits if all of them are available, otherwise none. Never waits.
	 * @param limit the name of a limit
	 * @param key the key to charge, not empty; see {@link #key(String, String)}
	 * @param permits how many, 0 or more; 0 takes nothing and returns the figures
	 * @return the decision
	 * @throws UnknownLimitException if there is no such limit
	 * @throws IllegalArgumentException if the key is empty, the limit's key is composed
	 * of several parts, or the permits are negative
	 */
	default Decision tryAcquire(String limit, String key, long permits) {
		return tryAcquire(List.of(new PermitRequest(limit, key(limit, key), permits)));
	}

	/**
	 * Takes the permits of all requests if all are available, and nothing if one is not:
	 * once a refusal has returned, every limit is as if the call had never been made.
	 * Never waits: a limit that {@linkplain Limit#isPaced() paces} its calls refuses if
	 * the permit is not due now.
	 * <p>
	 * If the same limit and key is named twice, it is charged once, with the larger
	 * number.
	 * @param requests what to take; if there is none the call is allowed
	 * @return the decision
	 * @throws UnknownLimitException if there is no such limit
	 */
	Decision tryAcquire(Collection<PermitRequest> requests);

	/**
	 * Takes one permit, and waits for it up to the limit's {@linkplain Limit#maxWait()
	 * longest wait}.
	 * @param limit the name of a limit
	 * @param key the key to charge, not empty; see {@link #key(String, String)}
	 * @return the decision
	 * @throws UnknownLimitException if there is no such limit
	 * @throws IllegalArgumentException if the key is empty, or the limit's key is
	 * composed of several parts
	 */
	default Decision acquire(String limit, String key) {
		return acquire(limit, key, 1);
	}

	/**
	 * Takes permits, and waits for them up to the limit's {@linkplain Limit#maxWait()
	 * longest wait}.
	 * @param limit the name of a limit
	 * @param key the key to charge, not empty; see {@link #key(String, String)}
	 * @param permits how many, 0 or more; 0 takes nothing and returns the figures
	 * @return the decision
	 * @throws UnknownLimitException if there is no such limit
	 * @throws IllegalArgumentException if the key is empty, the limit's key is composed
	 * of several parts, or the permits are negative
	 */
	default Decision acquire(String limit, String key, long permits) {
		return acquire(List.of(new PermitRequest(limit, key(limit, key), permits)));
	}

	/**
	 * Takes the permits of all requests as {@link #tryAcquire(Collection)} does, but
	 * waits for those of limits that {@linkplain Limit#isPaced() pace} their calls, up to
	 * their longest wait. An interrupted call takes nothing and is refused, which counts
	 * as no denial, and the thread stays interrupted.
	 * @param requests what to take; if there is none the call is allowed
	 * @return the decision
	 * @throws UnknownLimitException if there is no such limit
	 */
	Decision acquire(Collection<PermitRequest> requests);

	/**
	 * Does what {@link #acquire(String, String, long)} does without holding a thread
	 * while the call waits, for its permits or for a remote store.
	 * @param limit the name of a limit
	 * @param key the key to charge, not empty; see {@link #key(String, String)}
	 * @param permits how many, 0 or more; 0 takes nothing and returns the figures
	 * @return the decision, complete when the call may go on or is refused
	 * @throws UnknownLimitException if there is no such limit
	 * @throws IllegalArgumentException if the key is empty, the limit's key is composed
	 * of several parts, or the permits are negative
	 */
	default CompletableFuture<Decision> acquireAsync(String limit, String key, long permits) {
		return acquireAsync(List.of(new PermitRequest(limit, key(limit, key), permits)));
	}

	/**
	 * Does what {@link #acquire(Collection)} does without holding a thread while the call
	 * waits, for its permits or for a remote store. Unless the decision is complete on
	 * return, what depends on it runs on one of a few threads of the limiter: what takes
	 * time has to be handed to another executor.
	 * @param requests what to take; if there is none the call is allowed
	 * @return the decision, complete when the call may go on or is refused; a call whose
	 * future is cancelled takes nothing
	 * @throws UnknownLimitException if there is no such limit
	 */
	CompletableFuture<Decision> acquireAsync(Collection<PermitRequest> requests);

	/**
	 * Returns a limit.
	 * @param name the limit's name
	 * @return the limit as it is configured now
	 * @throws UnknownLimitException if there is no such limit
	 */
	Limit limit(String name);

	/**
	 * Returns the key of a plain text at a limit: of the kind of the limit's first
	 * {@code key}, so that code and rules share one count. With {@code key: [user, ip]}
	 * the text is the name of a user; with {@code key: ip} an address, read as that of a
	 * request is; with {@code key: global} there is one key, whatever the text is. For a
	 * key of another kind, create a {@link PermitRequest} with
	 * {@link Key#of(String, String)}.
	 * @param limit the name of a limit
	 * @param text the text, not empty
	 * @return the key
	 * @throws UnknownLimitException if there is no such limit
	 * @throws IllegalArgumentException if the text is empty, or the limit's key is
	 * composed of several parts, which one text cannot name
	 */
	Key key(String limit, String text);

}
